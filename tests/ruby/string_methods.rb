# One assertion a line: the value, or the class and message of the error.
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

t { "hello"[1] }
t { "hello"[1..] }
t { "hello"[..2] }
t { "hello"[...-1] }
t { "hello"[-3, 2] }
t { "hello"[5] }
t { "hello"[5, 1] }
t { "hello"[6, 1] }
t { "hello"[5..] }
t { "hello"[6..] }
t { "hello"[2..1] }
t { "hello"["ell"] }
t { "hello"["xyz"] }
t { "hello"[/l+/] }
t { "hello"[/(h)(e)/, 2] }
t { "hello"[/(?<first>h)/, "first"] }
t { "hello"[/(?<first>h)/, :first] }
t { "hello"[/x/, 1] }
t { "hello"[/(h)/, 5] }
t { "hello"[nil] }
t { "hello"[:a] }
t { "hello"["1", 2] }
t { "hello".slice(1, 3) }
t { "hello".byteslice(1, 2) }
t { "héllo".byteslice(1, 2) }
t { s = +"hello"; s[0] = "J"; s }
t { s = +"hello"; s[1..2] = "EE"; s }
t { s = +"hello"; s["ll"] = "LL"; s }
t { s = +"hello"; s[/l+/] = "r"; s }
t { s = +"hello"; s[1, 0] = "--"; s }
t { s = +"hello"; s[10] = "x"; s }
t { s = +"hello"; s["zz"] = "x"; s }
t { s = +"hello"; s[/zz/] = "x"; s }
t { s = +"hello"; s[/(h)e/, 1] = "J"; s }
t { s = +"hello"; s.slice!(1..2) + ":" + s }
t { s = +"hello"; [s.slice!(/l+/), s] }
t { s = +"hello"; [s.slice!("lo"), s] }
t { s = +"hello"; [s.slice!(9), s] }
t { "a,b;c d".split(/[,; ]/) }
t { "a  b c".split(" ") }
t { " a b ".split(/ /) }
t { " a b ".split(" ", -1) }
t { "a,b,c".split(",", 2) }
t { "a,b,c,,".split(",", 0) }
t { "abc".split("") }
t { "abc".split(//) }
t { "a1b2c3".split(/(\d)/) }
t { "".split(",") }
t { "".split(",", -1) }
t { "a\nb\n\nc".split("\n") }
t { "k: v: w".split(": ", 2) }
t { "a.b.c".split(".") }
t { "1-2-3".split("-").map(&:to_i).sum }
t { "abc".split(nil) }
t { r = []; "a b".split { |x| r << x }; r }
t { "héllo wörld".split("ö") }
t { "192.168.56.10".split(".").map(&:to_i) }
t { "a=1&b=2".split("&").map { |x| x.split("=") }.to_h }
t { "foo".sub("o", "0") }
t { "foo".gsub("o", "0") }
t { "foo".sub(/(o)/, '<\1>') }
t { "foo".gsub(/o/) { $&.upcase } }
t { "foo".gsub(/[fo]/, "f" => "F", "o" => "0") }
t { "foo".gsub(/x/, "y") }
t { "foo".gsub("o") { |m| m.ord.to_s } }
t { "John Smith".sub(/(?<first>\w+) (?<last>\w+)/, '\k<last> \k<first>') }
t { "path/to".gsub("/", "\\") }
t { "a'b".gsub("'", "\\\\'") }
t { "a.b".gsub(".", "-") }
t { "abc".gsub(/b/, '[\0]') }
t { "abc".gsub(/b/, "[\\`|\\'|\\&]") }
t { "abc".gsub(/(?=b)/, "-") }
t { "abc".gsub("", "-") }
t { "hello".gsub(/l/).with_index.map { |m, i| "#{m}#{i}" } }
t { "hello".gsub(/l/).to_a }
t { s = +"foo"; s.sub!("x", "y") }
t { s = +"foo"; s.sub!("o", "y") }
t { s = +"foo"; s.gsub!(/o/) { |c| c.upcase }; s }
t { "foo".freeze.sub!("o", "y") }
t { "foo".freeze << "x" }
t { "foo".freeze.upcase! }
t { "CamelCaseName".gsub(/([a-z])([A-Z])/, '\1_\2').downcase }
t { "snake_case_name".split("_").map(&:capitalize).join }
t { "snake_case_name".gsub(/_(\w)/) { $1.upcase } }
t { "a-b".tr("-", "_") }
t { "hello".tr("a-y", "b-z") }
t { "hello".tr("^l", "*") }
t { "hello".tr("el", "") }
t { "hello".tr_s("l", "r") }
t { "hello".delete("l") }
t { "hello".delete("a-k") }
t { "hello".delete("^l") }
t { "hello".delete("l", "lo") }
t { "hello".delete }
t { "aaabbb".squeeze }
t { "aaabbb".squeeze("b") }
t { "hello".count("l") }
t { "hello".count("a-z", "^l") }
t { "hello world".capitalize }
t { "ÉCOLE".downcase }
t { "straße".upcase }
t { "hello".center(11, "*") }
t { "hello".ljust(8, ".") + "|" }
t { "hello".rjust(8, "12") }
t { "hello".center(2) }
t { "hello".ljust(10, "") }
t { "hello".start_with?("he", "x") }
t { "hello".start_with?(/h./) }
t { "hello".end_with?("lo") }
t { "hello".end_with?("x", "y") }
t { "hello".index("l") }
t { "hello".index("l", 3) }
t { "hello".index("l", -1) }
t { "hello".index(/[lo]/) }
t { "hello".rindex("l") }
t { "hello".rindex("l", 2) }
t { "hello".include?("ell") }
t { "hello".include?(nil) }
t { "hello" + nil }
t { "hello" + 1 }
t { "hello" * 3 }
t { "hello" * -1 }
t { "hello" * "x" }
t { "hello" % [] }
t { "%s and %s" % %w[a b] }
t { "%s" % nil }
t { "%s %s" % ["a"] }
t { "%d" % "x" }
t { "%d" % nil }
t { "%d" % 3.99 }
t { "%d" % "12" }
t { "%f" % "1.5" }
t { "%x" % 255 }
t { "%#x" % 255 }
t { "%X" % 255 }
t { "%08b" % 37 }
t { "%+d" % 5 }
t { "% d" % 5 }
t { "%05d" % -42 }
t { "%-5d|" % 42 }
t { "%5s|" % "ab" }
t { "%.2f" % 2.345 }
t { "%.2f" % 2.675 }
t { "%e" % 12345.678 }
t { "%g" % 12345.678 }
t { "%g" % 1234567.0 }
t { "%g" % 0.00001234 }
t { "%10.3f|" % 3.14159 }
t { "%c" % 65 }
t { "%c" % "A" }
t { "%%" % [] }
t { "%p" % [nil] }
t { "%p %p" % ["a", :b] }
t { "%-10s|%5d" % ["ab", 3] }
t { "%<a>05.1f" % { a: 3.14159 } }
t { "%{a}-%{b}" % { a: 1, b: 2 } }
t { "%{a}" % { b: 2 } }
t { "%<a>d" % { b: 2 } }
t { "%2$s %1$s" % ["a", "b"] }
t { "%*d" % [5, 42] }
t { "%o" % 8 }
t { "%b" % -5 }
t { "%x" % -255 }
t { "%s" % :sym }
t { "%s" % [[1, 2]] }
t { "%d%%" % 50 }
t { "%02d:%02d" % [5, 7] }
t { "%z" % 1 }
t { "%" % [] }
t { "%d apples" % 3.7 }
t { "%.3s" % "abcdef" }
t { "%05s" % "ab" }
t { "%+.1e" % 0.0 }
t { "%d" % 12345678901234567890 }
t { "%,d" % 1 }
t { format("%s", "a", "b") }
t { format("%-20s%s", "name:", "x") }
t { format("192.168.%d.%d", 56, 10) }
t { "web-%03d" % 7 }
t { "abc".succ }
t { "az".next }
t { "zz99".succ }
t { "a-9".succ }
t { "<<koala>>".succ }
t { "1.9.9".succ }
t { "***".succ }
t { "".succ }
t { "Zz".succ }
t { "-9".succ }
t { "a".ord }
t { "".ord }
t { "abc".hex }
t { "0b11".to_i(0) }
t { "0x1A".to_i(16) }
t { "z".to_i(36) }
t { "12".to_i(2) }
t { "12".to_i(99) }
t { "3 apples".to_i }
t { "-  3".to_i }
t { "1__0".to_i }
t { ".5".to_f }
t { "1e5".to_f }
t { "1_000.5".to_f }
t { "abc".to_f }
t { "0.1".to_r }
t { "1/3".to_r }
t { "abc".to_sym }
t { "foo bar".to_sym }
t { "9a".to_sym }
t { "a?".to_sym.inspect }
t { "".to_sym }
t { "hello world foo".partition(" ") }
t { "hello".partition("x") }
t { "hello".rpartition("l") }
t { "a.b".partition(/\./) }
t { "line1\nline2\r\nline3".lines }
t { "line1\nline2\n".lines(chomp: true) }
t { "a,b,c".lines(",") }
t { "a\n\nb\n\n\nc".lines("") }
t { "line\n".chomp }
t { "line\r\n".chomp }
t { "line\n\n".chomp }
t { "line".chomp("ne") }
t { "line\n\n".chomp("") }
t { "abc".chop }
t { "a\r\n".chop }
t { "".chop }
t { "  a b  ".strip }
t { "\t\n a\0".strip }
t { "xxaxx".delete_prefix("xx") }
t { "xxaxx".delete_suffix("xx") }
t { "abc".insert(-1, "z") }
t { "abc".insert(-2, "z") }
t { "abc".insert(9, "z") }
t { "abc".each_char.with_index.map { |c, i| c * i } }
t { "abc".each_char.to_a }
t { "ab".each_byte.to_a }
t { "abcdef".scan(/../) }
t { "a1 b2".scan(/([a-z])(\d)/) }
t { "test".scan("t") }
t { "a1b22".scan(/\d+/) { |m| print m, "," } }
t { "foo bar baz".scan(/\w+/) { print $~[0].size } }
t { "abc" <=> "abd" }
t { "abc" <=> 1 }
t { "a" < "b" }
t { "a" < 1 }
t { "abc".eql?("abc") }
t { "abc".equal?("abc") }
t { "abc" == :abc }
t { "abc" === "abc" }
t { "a".casecmp("B") }
t { "a".casecmp?("A") }
t { "a".casecmp(1) }
t { "abc".between?("abb", "abd") }
t { "b".clamp("c", "e") }
t { "hello world".unpack("a5 x a*") }
t { "abc".unpack("C*") }
t { "abc".unpack1("a2") }
t { [65, 66].pack("C*") }
t { [1, 2].pack("n*") }
t { [1].pack("N") }
t { [1].pack("V") }
t { [1].pack("L>") }
t { ["abc"].pack("m") }
t { ["abc"].pack("m0") }
t { "YWJj\n".unpack1("m") }
t { ["616263"].pack("H*") }
t { "abc".unpack1("H*") }
t { "abc".unpack1("B*") }
t { [192, 168, 1, 10].pack("C4").unpack1("N") }
t { [3232235786].pack("N").unpack("C4").join(".") }
t { ["a", "b"].pack("A3A3") }
t { ["abc"].pack("a5") }
t { [1.5].pack("g") }
t { [9731].pack("U") }
t { "日本".unpack("U*") }
t { "abc".sum }
t { "abc".crypt("ab") }
t { "abc".hash == "abc".dup.hash }
t { "ab\tc\e\x01\u00e9\"\#{x}".inspect }
t { 'a\b'.inspect }
t { "\#$x \#@y #z".inspect }
t { "\x80abc".inspect }
t { "\x80abc".valid_encoding? }
t { "\x80abc".scrub("?") }
t { "é".b }
t { "é".bytes }
t { "é".bytesize }
t { "é".encoding }
t { "abc".encoding.name }
t { "abc".force_encoding("ASCII-8BIT").encoding }
t { "é".encode("UTF-16LE").bytes }
t { "é".encode("US-ASCII") }
t { "é".encode("US-ASCII", undef: :replace, replace: "?") }
t { "é".encode("US-ASCII", invalid: :replace, undef: :replace) }
t { "é".unicode_normalize(:nfd).length }
t { "abc".ascii_only? }
t { "a".upto("e").to_a.join }
t { "a8".upto("b2").to_a }
t { "9".upto("11").to_a }
t { "abc".replace("x") }
t { s = +"abc"; s.clear; s }
t { s = +"abc"; s.concat("d", "e") }
t { s = +"abc"; s << 100 << "x" }
t { s = +"abc"; s.prepend("x", "y") }
t { "abc".frozen? }
t { "a#{1}".frozen? }
t { :a.to_s.frozen? }
t { String.new("abc").frozen? }
t { String.new }
t { String("x") }
t { String(nil) }
t { String(12) }
t { +"".freeze }
t { (-"abc").frozen? }
t { "abc".dup << "d" }
t { "abc".reverse }
t { "abc".chars.rotate.join }
t { "ab cd".split.map(&:reverse).join(" ") }
t { "abc".each_with_index }
t { "abc".nope }
t { "abc".center }
t { "abc".gsub }
t { "abc".gsub("x") }
t { "abc".to_str }
t { "abc".then { |s| s + "d" } }
t { "abc".tap { |s| s.upcase } }
t { "a" "b" 'c' }
t { "tab\there" }
t { 'sq \n \' \\' }
t { %q(a (nested) b) }
t { %Q(a #{1 + 1} b) }
t { %w[a b#{1} c\ d] }
t { %W[a b#{1} c\ d] }
t { %i[a b] }
t { ?a }
t { "\u{1F600 41}" }
t { "\101\x41\u0041" }
t { "a\
b" }
t { __FILE__.class }
t { "abc".ljust(5).length }
t { "%s" % "é".ljust(3, "*") }
t { "title case here".split.map(&:capitalize).join(" ") }
t { "x=1" =~ /=/ }
t { "abc" !~ /z/ }
t { "abc".match(/(.)(.)/).captures }
t { "abc".match(/z/) }
t { "abc".match?(/b/) }
t { "abcabc".match(/b/, 2).begin(0) }
t { "foo.rb".end_with?(".rb") && "foo.rb".chomp(".rb") }
t { "12:34:56".tr(":", "") }
t { "00:11:22".delete(":").upcase }
t { "deadbeef".scan(/../).join(":") }
t { "a\\b".length }
t { "yes".match?(/\A(y|yes|true|1)\z/i) }
t { "ubuntu/jammy64"[%r{[^/]+\z}] }
t { "hello %s" % "w" + "!" }
t { "abc".public_send(:upcase) }
t { "abc".respond_to?(:upcase) }
t { "abc".method(:upcase).call }
t { "abc".is_a?(Comparable) }
t { "abc".instance_of?(String) }
t { String === "a" }
t { "é" == "e\u0301".unicode_normalize(:nfc) }
t { "ab" "cd".upcase }
t { "ＡＢ".unicode_normalize(:nfkc) }
t { "a%b" % [] }
t { "ab".eql?(:ab) }
t { "Hello".swapcase }
t { "hello"[1] = "a" }
t { "b,a".split(",").sort.join(",") }
t { "a".."e" }
t { ("a".."e").include?("c") }
t { ("a".."e") === "cc" }
t { ("aa".."ad").to_a }
t { "foo\n  bar\n".gsub(/^\s+/, "") }
t { "foo\nbar".each_line.map(&:strip) }
t { "x".encode("UTF-8", "binary", invalid: :replace, undef: :replace, replace: "") }
