# One assertion a line: the value, or the class and message of the error.
require "time"
require "date"
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

t { /a/ }
t { /a\/b/i }
t { %r{a/b}mx }
t { /a#{1 + 1}b/ }
t { /a/.source }
t { /a/ix.options }
t { /a/i.to_s }
t { /a/ == /a/ }
t { Regexp.new("a.b") }
t { Regexp.new("a", Regexp::IGNORECASE) }
t { Regexp.new("a", true) }
t { Regexp.new("a/b") }
t { Regexp.escape("a.b*c?[x]-{y} z\n") }
t { Regexp.quote("1.2") }
t { Regexp.union("a.b", /c|d/) }
t { Regexp.union(%w[a b]) }
t { Regexp.union }
t { /(?<year>\d+)-(?<mon>\d+)/.match("2024-05")[:year] }
t { /(?<year>\d+)-(?<mon>\d+)/.match("2024-05").named_captures }
t { /(?<year>\d+)-(?<mon>\d+)/.names }
t { /(\d+)-(\d+)/.match("2024-05").to_a }
t { /(\d+)-(\d+)/.match("2024-05").captures }
t { /(\d+)-(\d+)/.match("2024-05") }
t { /(?<a>.)(?<b>.)?/.match("x") }
t { m = /(\d+)/.match("ab12cd"); [m.pre_match, m.post_match, m.begin(0), m.end(1), m.offset(0), m.to_s, m.size] }
t { m = /(.)(.)/.match("ab"); m.values_at(1, 2) }
t { m = /(?<x>a)/.match("ab"); m[:nope] }
t { m = /(?<x>a)/.match("ab"); m["x"] }
t { m = /a/.match("ab"); m[3] }
t { case { k: "ab" }[:k]; when /(?<q>b)/ then $~[:q]; end }
t { /b/.match("abc", 2) }
t { /b/.match?("abc") }
t { /b/ =~ "abc" }
t { /z/ =~ "abc" }
t { /b/ =~ nil }
t { /b/.match(nil) }
t { /b/ === "abc" }
t { /b/ === :abc }
t { /b/ === nil }
t { /b/ === 5 }
t { /^b$/ =~ "a\nb\nc" }
t { /\Ab\z/ =~ "a\nb" }
t { /a.c/m =~ "a\nc" }
t { /a.c/ =~ "a\nc" }
t { /a b # comment
  c/x =~ "abc" }
t { "foobar"[/foo(?=bar)/] }
t { "foobar"[/foo(?!baz)/] }
t { "foobar"[/(?<=foo)bar/] }
t { "foobar"[/(?<!x)bar/] }
t { "aaa"[/a{2}/] }
t { "aaa"[/a{,2}/] }
t { "aaa"[/a+?/] }
t { "aaab"[/a++b/] }
t { "<<a>>"[/<(?:<)?(\w)/, 1] }
t { "abab"[/(ab)\1/] }
t { "abab"[/(?<p>ab)\k<p>/] }
t { "héllo"[/\p{L}+/] }
t { "a1_"[/[[:alnum:]]+/] }
t { "a b"[/[[:space:]]/] }
t { "ab12"[/\h+/] }
t { "x\ty"[/\s/] }
t { "abc"[/[^b]+$/] }
t { "a-b"[/[a\-]+/] }
t { "a]b"[/[\]]/] }
t { "A"[/(?i)a/] }
t { "Ab"[/(?i:a)b/] }
t { "AB"[/(?i:a)b/] }
t { "a\u00e9"[/\u00e9/] }
t { "foo.bar"[/\w+$/] }
t { "key = value # c"[/^(\w+)\s*=\s*([^#]*?)\s*(#|$)/, 2] }
t { "eth0: inet 10.0.0.5/24".scan(/\d{1,3}(?:\.\d{1,3}){3}/) }
t { "v1.2.3-rc1".match(/v(\d+)\.(\d+)\.(\d+)(?:-(\w+))?/).captures }
t { "a,b;c".split(/[,;]/) }
t { "2 + 3".gsub(/(\d)/) { ($1.to_i * 2).to_s } }
t { "John".gsub(/(?<f>J)/, '\k<f>\k<f>') }
t { "a.b.c".gsub(/\.(?=[^.]*$)/, "!") }
t { "x".gsub(/x/, '\\\\') }
t { "tel: 555-1234".sub(/(\d+)-(\d+)/, '\2-\1') }
t { "abc".gsub(/./) { |c| c.ord.to_s + " " } }
t { "abc".gsub(/(a)|(b)/) { "#{$1.inspect}#{$2.inspect}" } }
t { "aAbB".scan(/[[:upper:]]/) }
t { "a\nb".scan(/^./) }
t { "one two".scan(/(\w)(\w+)/) }
t { "test".gsub(/t/, "t" => "T") }
t { "a" * 30 =~ /(a?){30}a{30}/ }
t { $~ = nil; $~ }
t { "x=1, y=2".scan(/(\w)=(\d)/).to_h }
t { "ab" =~ /(b)/; Regexp.last_match(1) }
t { /(?<n>\d)/ =~ "5"; n }
t { /a/.frozen? }
t { /x/.match("x").string }
t { /x/.hash == /x/.hash }
t { /(a)(b)?/.match("a").to_a }
t { /[\w.-]+@[\w-]+\.\w+/ =~ "me@example.com" }
t { /\A(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\z/.match?("192.168.56.300") }
t { /\R/ =~ "a\r\nb" }
t { "a\r\nb"[/\R/] }
t { "aXbX"[/.*?X/] }
t { "ab\n".match?(/b\Z/) }
t { "foo"[/(?<w>o+)/, :w] }
t { /\//.source }
t { %r{/}.inspect }
t { /#{Regexp.escape("a.b")}/ }
t { /#{/x/i}y/ }
t { "abc" =~ Regexp.new("B", "i") }
t { "a\\b".gsub("\\", "/") }
t { "a'b".gsub(/'/, "'\\\\''") }
t { "$HOME/x".gsub(/\$(\w+)/) { { "HOME" => "/root" }[$1] } }
t { "{{a}} {{b}}".gsub(/\{\{(\w+)\}\}/) { |m| $1.upcase } }
t { "%{a}".gsub(/%\{(.*?)\}/, '<\1>') }
t { "word-word".gsub(/\b(\w)/) { $1.upcase } }
t { "aaa".sub(/a/) { $~.begin(0).to_s } }
t { "aaa".gsub(/a/) { $~.begin(0).to_s } }
t { "foo bar".match(/(?<first>\w+) (?<second>\w+)/) { |m| m[:second] } }
t { "foobar".slice(/o+/) }
t { "foobar".index(/o/, 2) }
t { "foobar".rindex(/o/) }
t { "foobar".start_with?(/fo+/) }
t { "foobar".partition(/o+/) }
t { "foobar".rpartition(/o/) }
t { "foobar".each_char.grep(/[aeiou]/) }
t { %w[apple bob].grep(/^a/) }
t { %w[apple bob].grep_v(/^a/) }
t { %w[a1 b2].grep(/(\d)/) { $1 } }
t { [1, "a", :b, 2.0].grep(Numeric) }
t { %w[apple bob].any?(/^b/) }
t { %w[apple bob].find { |s| s =~ /b$/ } }
t { %w[apple bob].partition { |s| s[/pp/] } }
t { ["a=1"].map { |s| s =~ /=(.)/ ? $1 : nil } }

T = Time.utc(2024, 3, 5, 14, 7, 9.5)
t { T }
t { T.to_s }
t { T.inspect }
t { Time.utc(2024, 3, 5) }
t { T.year }
t { [T.month, T.mon, T.day, T.mday, T.hour, T.min, T.sec, T.usec, T.nsec] }
t { [T.wday, T.yday, T.zone, T.utc?, T.utc_offset, T.dst?] }
t { [T.monday?, T.tuesday?] }
t { T.to_i }
t { T.to_f }
t { T.to_a.size }
t { T + 60 }
t { T - 60 }
t { T - Time.utc(2024, 3, 5) }
t { T < Time.utc(2025) }
t { T <=> Time.utc(2024) }
t { T == Time.utc(2024, 3, 5, 14, 7, 9.5) }
t { T.strftime("%Y-%m-%d %H:%M:%S") }
t { T.strftime("%y %b %B %a %A %d %e %j %I %l %p %P %M %L %N %3N %6N") }
t { T.strftime("%z %:z %Z %s %n%t%%") }
t { T.strftime("%F %T %D %R %r %c %x %X") }
t { T.strftime("%-d/%-m %-H %_m %03d %^a %^B %#p %10Y %U %W %V %G %u %w %C %h") }
t { T.strftime("%Q") }
t { T.strftime("%Y%m%d%H%M%S") }
t { T.strftime("%s%3N") }
t { T.strftime("") }
t { T.iso8601 }
t { T.iso8601(3) }
t { T.xmlschema }
t { T.rfc2822 }
t { T.httpdate }
t { T.round }
t { T.getlocal("+09:00") }
t { Time.new(2024, 1, 31, 12, 0, 0, "+09:00") }
t { Time.new(2024, 1, 31, 12, 0, 0, "+09:00").utc }
t { Time.at(0).utc }
t { Time.at(1.5).utc.usec }
t { Time.at(1700000000).utc.to_s }
t { Time.at(0, 500, :millisecond).utc.usec }
t { Time.gm(2000, "jan", 1) }
t { Time.mktime(2000, 1, 1).to_s }
t { Time.local(2000, 2, 30).day }
t { Time.parse("2024-01-15 10:20:30 UTC") }
t { Time.parse("2024-01-15T10:20:30Z") }
t { Time.parse("2024-01-15T10:20:30+02:00") }
t { Time.parse("Jan 5 2021 3:33 PM") }
t { Time.parse("nope") }
t { Time.iso8601("2024-01-15T10:20:30Z") }
t { Time.strptime("2024-05", "%Y-%m").month }
t { Time.now.class }
t { Time.now.year > 2000 }
t { (Time.now - Time.now).class }
t { Time.now.to_i.to_s.length }
t { Time.now.strftime("%Z").class }
t { T.to_date }
t { T.hash == T.dup.hash }
t { T.nope }
t { T + "a" }
t { T.sunday? || T.saturday? }
t { T.ctime }
t { T.getutc.equal?(T) }
t { T.gmtime.to_s }
t { T.min.to_s.rjust(2, "0") }
t { Time.utc(2024, 12, 31).yday }
t { Time.utc(2023, 2, 28) + 86400 }
t { Time.now.utc_offset }
t { Time.now(in: "+03:00").utc_offset }
t { Time.gm(2024).leap? }
t { Process.clock_gettime(Process::CLOCK_MONOTONIC).class }
t { Process.clock_gettime(Process::CLOCK_REALTIME, :second).class }
D = Date.new(2024, 2, 28)
t { D }
t { D.to_s }
t { D + 2 }
t { D - 1 }
t { D >> 1 }
t { D << 1 }
t { D.next }
t { D.next_day(3) }
t { D.prev_day }
t { D.next_month }
t { D.prev_month }
t { D.next_year }
t { D.year }
t { [D.wday, D.yday, D.cwday, D.cweek, D.mjd, D.jd] }
t { D.leap? }
t { D.strftime("%d %b %Y") }
t { D.iso8601 }
t { D.to_time.class }
t { D.saturday? }
t { (Date.new(2024, 3, 1) - D) }
t { (Date.new(2024, 3, 1) - D).to_i }
t { D < Date.new(2025) }
t { D == Date.new(2024, 2, 28) }
t { D === Date.new(2024, 2, 28) }
t { (D..D + 2).map(&:day) }
t { (D..D + 40).step(20).map(&:to_s) }
t { D.step(D + 4, 2).map(&:day) }
t { D.upto(D + 1).to_a.size }
t { Date.new(2024, 2, 30) }
t { Date.new(2024, -1, -1) }
t { Date.valid_date?(2024, 2, 30) }
t { Date.parse("2024-05-06") }
t { Date.parse("6 May 2024") }
t { Date.parse("May 6, 2024").to_s }
t { Date.parse("zzz") }
t { Date.strptime("05/06/24", "%m/%d/%y") }
t { Date.strptime("x", "%Y") }
t { Date.today.class }
t { Date::MONTHNAMES[1] }
t { Date::ABBR_DAYNAMES }
t { Date.leap?(1900) }
t { D.end_of_month rescue "no" }
t { Date.new(D.year, D.month, -1).day }
t { DateTime.new(2024, 1, 2, 3, 4, 5) }
t { DateTime.new(2024, 1, 2, 3, 4, 5).to_s }
t { DateTime.parse("2024-01-02T03:04:05+01:00").hour }
t { DateTime.now.class }
t { DateTime.new(2024, 1, 2, 3, 4, 5).strftime("%Y%m%d%H%M%S") }
t { D.hash == Date.new(2024, 2, 28).hash }
t { D.to_date.equal?(D) }
t { D.ajd.class }
t { D.day_name rescue "no" }
