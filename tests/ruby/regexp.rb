p "foo123" =~ /\d+/, $~[0], $`, $', $1, "ab" =~ /(a)(b)?(c)?/, $1, $2, $3, $~.pre_match, $~.captures, $+
m = "John Smith 42".match(/(?<first>\w+) (?<last>\w+) (?<age>\d+)/)
p m[:first], m["last"], m[:age].to_i, m.names, m.named_captures, m.to_a, m.begin(:last), m.end(0), m.offset(1), m.pre_match, m.post_match, m
if /(?<year>\d{4})-(?<mon>\d\d)/ =~ "on 2024-05-06"
  p year, mon
end
p "a.b*c".gsub(/[.*]/) { |c| "\\#{c}" }, Regexp.escape("a.b*c [x]"), Regexp.union("a.b", /c|d/), Regexp.new("a+", Regexp::IGNORECASE), /a#{1 + 1}b/, /x/mix, /a/.source, /a/i.options, %r{a/b}, /\//
p "Line1\nLine2" =~ /^Line2$/, "Line1\nLine2" =~ /\ALine2/, "a\nb" =~ /a.b/, "a\nb" =~ /a.b/m, "AbC" =~ /abc/i, "a b" =~ /a\ b/x, "ab12" =~ /\A[[:alpha:]]+[[:digit:]]+\z/, "x\n" =~ /x\Z/, "x\n" =~ /x\z/
p "aaa".gsub(/a/, "a" => "1"), "abc".gsub(/(?<l>[a-c])/, '<\k<l>>'), "abc".gsub(/b/, '[\0]'), "abc".gsub(/b/, "[\\`|\\']"), "a-b".tr("-", "_"), "x".gsub(/x/, "\\\\"), "hello".gsub(/l(?=o)/, "L"), "hello".gsub(/(?<!l)l/, "L"), "price: $5".sub(/\$(\d)/, '€\1')
p "foobar".scan(/o/), "a1b22".scan(/[a-z]\d+/), "k:v, x:y".scan(/(\w):(\w)/), "test".scan(/(?:t)(.)/), "abab".scan(/ab/).size, "x y".split(/\s/), "a,b;c".split(/[,;]/), "2024-05".split("-").map(&:to_i)
p (/a/ === "cat"), (/z/ === :az), (/a/ === nil), /(\d)/.match("x"), /(\d)/.match("5")[1], /a/.match?("a"), "ab".match?(/B/i), "x" !~ /y/, /a(?:b|c)+d/.match("abcbd")[0], /\bfoo\b/.match?("a foo b"), /(a)|(b)/.match("b").to_a
case "hello world"
when /^hello (\w+)/ then p $1, $~.post_match
end
p "résumé" =~ /\w+$/, "日本語 text"[/\p{Han}+/], "tel: 555-1234"[/\d{3}-\d{4}/], "ab\tc"[/\s/], "key = value".match(/(\w+)\s*=\s*(\w+)/).captures, "a\u00e9"[/[[:alpha:]]+/], "A1_b"[/[\w]+/], "x-1"[/[^\d]+/], "0xFF"[/\h+$/], "a]b"[/[\]]/], "a-b"[/[a\-]+/], "{x}"[/{(\w)}/, 1], "a{2}" =~ /a{2}/, "aa" =~ /a{2}/
re = /
  (\d+)   # digits
  \s*
  ([a-z]+) # unit
/x
p "10 mb".match(re).captures, re.source.lines.size, "a++"[/a\+{2}/], "foo.bar".sub(/\.\w+\z/, ""), "aXbX".sub(/X(?!.*X)/, "!"), "ab" "cd", "x".match(/(y)?/)[1], "CamelCase".gsub(/(?<!^)([A-Z])/, '_\1').downcase, "%d items" % 3
p "path/to".gsub("/", "::"), "a.b.c".split(".", 2), "1,234,567".delete(",").to_i, "hello world".gsub(/\b(\w)/) { $1.upcase }, "x=1&y=2".split("&").map { |q| q.split("=") }.to_h, "aab".squeeze("a"), "foo bar".match(/(?<a>\w+) (?<b>\w+)/).then { |q| [q[:a], q[:b]] }, "v1.2.3".match(/v(\d+)\.(\d+)/).captures.map(&:to_i)
def g(s) = s.gsub(/x/) { "#{$~.begin(0)}" }
p g("axbx"), $~ && $~[0], "ab".gsub(/./) { |c| c.ord.to_s + " " }, "abc".each_char.grep(/[ab]/), %w[apple bat].grep(/^a/), %w[apple bat].grep_v(/^a/), [1, "a", :b].grep(String), %w[a1 b2].grep(/(\d)/) { $1.to_i }
p "abc".sub("b", '\0\0'), "abc".sub(/(b)/, "<\\1>"), 'a\b'.gsub("\\", "/"), "tick`s".gsub("`", "'"), "new\nline".gsub("\n", '\n'), "q".gsub(/q/, "\\&\\&"), "a b".gsub(" ", "\\ ")
p "aAbB".swapcase, "hello"[/l+/], "hello".slice(/e./), "hello".index(/l/), "hello".rindex(/l/), "hello".start_with?(/he/), "hello".partition(/l/), "hello".rpartition(/l/), "k: v"[/(\w+): (\w+)/, 2], "abc".tr("^b", "*"), "hello".delete("^l"), "cat hat".gsub(/[ch]at/, "cat" => "dog", "hat" => "cap")
begin
  Regexp.new("(")
rescue RegexpError => e
  puts e.class
end
p Regexp.last_match.class, "a1".match(/(?<n>\d)/) { |q| q[:n] }, "foo"[/(?<v>o)/, "v"], "foo"[/(?<v>o)/, :v], (/(.)(.)/ =~ "xy"; Regexp.last_match(2)), "xay".split("a"), "a b  c".split(/ /), "abc".split(/b/) , " a b".split(/\s+/), "a,b".split(/(,)/), "".split(","), "abc".split(//), "aXbXc".split("X", 2), "a b c".split(nil)
