s = "Hello, World"
p s.length, s.upcase, s.downcase, s.swapcase, s.reverse, s[0], s[-1], s[0, 5], s[0..4], s[7..], s["World"], s[/W\w+/], s[100]
p s.sub("World", "Ruby"), s.gsub("o", "0"), s.gsub(/[lo]/) { |c| c.upcase }, s.gsub(/(l+)/, '<\1>'), s.gsub(/o/, "o" => "*")
p s.index("o"), s.rindex("o"), s.index("o", 5), s.include?("World"), s.start_with?("Hell"), s.end_with?("d", "x")
p "a,b,,c,,".split(","), "a,b,,c,,".split(",", -1), " a  b c ".split, "a b c".split(" ", 2), "abc".split(""), "a1b2".split(/\d/), "a1b2".split(/(\d)/)
p "abc".succ, "az".succ, "zz".succ, "a9".succ, "Zz".succ, "1.9".succ, "v9".succ
p "abc".ljust(6, "."), "abc".rjust(6), "abc".center(9, "*"), "  x ".strip, "  x ".lstrip, "  x ".rstrip, "xxhixx".delete("x")
p "hello".tr("el", "ip"), "hello".tr("a-y", "b-z"), "aaabbb".squeeze, "aaabbb".squeeze("a"), "hello".count("lo"), "hello".delete("l")
p "%05d|%-5s|%5.1f|%x|%o|%b|%e|%+d|%%" % [42, "ab", 3.14159, 255, 8, 5, 12345.678, 7]
p format("%<a>d-%{b}", a: 1, b: "x"), "%s and %p" % ["a", "a"], "%03d" % 7, "%10.3s|" % "abcdef"
p "abc" <=> "abd", "a" == "a", "a".eql?("a"), "a".equal?("a"), "abc".casecmp("ABC"), "abc".casecmp?("ABC")
p "abc".each_char.to_a, "abc".bytes, "abc".chars, "a\nb\n".lines, "a\nb".each_line.map(&:chomp), "ab".sum
p "12abc".to_i, "0x1f".hex, "777".oct, "3.7xyz".to_f, "abc".to_i, "1_000".to_i, "ff".to_i(16), "1e3".to_f
p "hello world".capitalize, "HELLO".capitalize, "abc".insert(1, "X"), "abc".prepend(">"), "abc".concat("d", "e")
p "title".then { |t| t.upcase }, "ab" * 3, "a" + "b", "abc".hash == "abc".hash
p "héllo".length, "héllo".bytesize, "héllo".reverse, "日本語".chars, "日本語"[1], "é".ord, "日".unpack("U*")
p "a\tb\"c\\d\e#{1}\u0001", 'a#b', 'a#{b}', "\#{x}", "é\u200b"
p "line1\r\n".chomp, "line".chomp("e"), "abc".chop, "abc".chr, "a-b_c".tr("-_", "  ")
p "foo.bar".partition("."), "a.b.c".rpartition("."), "abc".partition("x"), "foobar".delete_prefix("foo"), "foobar".delete_suffix("bar")
p "test123abc".scan(/\d+|[a-z]+/), "k1=v1;k2=v2".scan(/(\w+)=(\w+)/), "abc".scan(/./) { |c| print c }
t = +"mutable"
t << " string"
t[0] = "M"
t[-6..] = "text"
p t, t.frozen?, "lit".frozen?, :a.to_s.frozen?
u = "abc".freeze
begin
  u << "d"
rescue => e
  p e.class, e.message
end
p "abc".slice(1), "abcdef".slice(1..3), "a".upto("e").to_a, "08".upto("11").to_a, "abc".between?("abb", "abd")
p "ab\ncd".inspect, :"foo bar".inspect, :foo?.inspect, :[]=.inspect, "a".to_sym, "with space".to_sym
p "CamelCaseString".gsub(/([A-Z])/) { "_" + $1.downcase }.sub(/^_/, ""), "snake_case".split("_").map(&:capitalize).join
p "x".encoding.to_s, "abc".force_encoding("ASCII-8BIT").encoding.to_s, "abc".valid_encoding?, "abc".unpack1("H*"), ["616263"].pack("H*")
p "abc".match?(/b/), "abc" =~ /c/, $~[0], "abc".match(/(?<x>b)/)[:x], "abc"[/(a)(b)/, 2]
str = <<~TEXT
  indented
    more
  back #{1 + 1}
TEXT
puts str
puts <<-'RAW'
  raw #{no}
  RAW
puts <<~A + <<~B
  first
A
  second
B
p "100%%" % []
p "ab".eql?("ab"), "ab".equal?("ab"), "abc".crypt("ab").class
p "hello world foo".split.map(&:capitalize).join(" "), "abc".each_char.with_index.map { |c, i| "#{i}#{c}" }
p "a".ord, 97.chr, "abc".tr('a-c', 'A-C'), "hello"[1..-2], "hello"[-3, 2], "abc"[3], "abc"[3, 1], "abc"[4, 1]
p "%s" % nil, "%d" % 3.99, "%s %s" % %w[a b], "%-10s|" % "hi", "%+.2e" % 0.000123, "%08.3f" % 3.14159, "%#x" % 255, "%08b" % 37
p "abc".sub(/b/) { |m| m.upcase }, "path/to/file".sub(%r{/[^/]+$}, ""), "a.b".gsub(".", "-"), "aaa".sub("a", "b")
p "ß".upcase, "ÀÉ".downcase, "i".upcase, "a b".unpack("a1 x1 a1"), [1, 2].pack("C*").bytes, [65].pack("U")
