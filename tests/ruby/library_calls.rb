# One assertion a line: the value, or the class and message of the error.
require "set"
require "ostruct"
require "pathname"
require "ipaddr"
require "erb"
require "json"
require "yaml"
require "csv"
require "optparse"
require "open3"
require "socket"
require "digest"
require "securerandom"
require "logger"
require "timeout"
require "tempfile"
require "tmpdir"
require "fileutils"
require "uri"
require "shellwords"
require "etc"
require "rbconfig"
require "base64"
require "stringio"
require "English"
require "singleton"
require "forwardable"
require "delegate"
require "observer"
require "pp"
require "bigdecimal"
require "benchmark"
require "resolv"
require "net/http"
require "open-uri"
require "zlib"
require "openssl"
require "io/console"
require "rubygems"
require "digest/sha1"
require "digest/md5"
require "cgi"
require "find"
require "abbrev"
require "tsort"
require "monitor"
require "strscan"

def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

t { require "no/such/library" }
t { load "no_such_file.rb" }
t { begin; require "nosuch"; rescue LoadError => e; e.path; end }
# Set
t { Set.new([1, 2, 2]) }
t { Set[1, 2] | [3] }
t { Set[1, 2] & [2] }
t { Set[1, 2] - [2] }
t { Set[1, 2] ^ [2, 3] }
t { Set[1, 2].include?(1) }
t { Set[1, 2] === 1 }
t { Set[1] << 1 << 2 }
t { Set[1].add?(1) }
t { Set[1].add?(2) }
t { Set[1, 2].delete(1) }
t { Set[1, 2].subset?(Set[1, 2, 3]) }
t { Set[1, 2] <= Set[1, 2] }
t { Set[1, 2].superset?(Set[1]) }
t { Set[1, 2].disjoint?([3]) }
t { Set[1, 2].map { |x| x * 2 }.class }
t { Set[3, 1].sort }
t { Set[3, 1].to_a }
t { Set[1, 2].select(&:odd?) }
t { Set[1, 2].group_by(&:odd?) }
t { Set[1, 2].partition(&:odd?) }
t { Set[1, [2]].flatten }
t { Set[1] == Set[1] }
t { Set[1].hash == Set[1].hash }
t { Set[1, 2].size }
t { Set[1, 2].empty? }
t { Set[1].merge([2, 3]) }
t { [1, 1].to_set }
t { (1..3).to_set }
t { Set[1, 2].inspect }
t { Set[1, 2].to_s }
t { Set[1, 2].each { |x| print x } }
t { Set.new([1, 2]) { |x| x * 10 } }
t { Set.new(5) }
t { Set[1, 2].first }
t { Set[1, 2].min }
t { Set[1, 2].sum }
t { Set[1, nil].delete_if(&:nil?) }
t { Set[1, 2].join("-") }
t { Set[1].dup << 2 }
t { Set[1, 2].intersect?(Set[2]) }
t { Set[1, 2].add(3).length }
t { Set[1,2].each_slice(1).to_a }
# OpenStruct
t { OpenStruct.new(a: 1, b: { c: 2 }) }
t { OpenStruct.new(a: 1).a }
t { OpenStruct.new(a: 1).zzz }
t { o = OpenStruct.new; o.name = "x"; o.name }
t { o = OpenStruct.new; o[:name] = "x"; o["name"] }
t { OpenStruct.new("a" => 1).to_h }
t { OpenStruct.new(a: 1).respond_to?(:a) }
t { OpenStruct.new(a: 1).respond_to?(:b) }
t { OpenStruct.new(a: 1) == OpenStruct.new(a: 1) }
t { OpenStruct.new(a: 1).dig(:a) }
t { OpenStruct.new(a: 1).each_pair.to_a }
t { o = OpenStruct.new(a: 1); o.delete_field(:a); o }
t { OpenStruct.new(a: 1).delete_field(:z) }
t { OpenStruct.new(a: 1).a? }
t { OpenStruct.new(a: 1).foo(1) }
t { OpenStruct.new(method: 1).method }
t { OpenStruct.new(name: "x", class: "y").name }
t { OpenStruct.new(a: 1).to_s }
t { JSON.parse('{"a":{"b":1}}', object_class: OpenStruct).a.b }
# Pathname
t { Pathname.new("a/b.rb") }
t { Pathname("a") + "b" }
t { Pathname("a") / "b" }
t { Pathname("a").join("b", "c") }
t { Pathname("/a") + "/b" }
t { Pathname("a/b/../c").cleanpath }
t { Pathname("/a/b").relative_path_from(Pathname("/a/c")) }
t { Pathname("/a/b.rb").basename }
t { Pathname("/a/b.rb").basename(".rb") }
t { Pathname("/a/b.rb").dirname }
t { Pathname("/a/b.rb").extname }
t { Pathname("/a/b.rb").parent }
t { Pathname("/a").absolute? }
t { Pathname("a").relative? }
t { Pathname("/").root? }
t { Pathname("/nonexistent").exist? }
t { Pathname("/tmp").directory? }
t { Pathname("a/b").each_filename.to_a }
t { Pathname("a").to_s }
t { "#{Pathname("a")}" }
t { Pathname("a") == Pathname("a") }
t { Pathname("a") == "a" }
t { Pathname("a/b").sub("a", "z") }
t { Pathname("a/b.rb").sub_ext(".py") }
t { Pathname("x").expand_path("/a") }
t { Pathname(__FILE__).dirname.class }
t { Pathname.pwd.class }
t { Pathname("a") <=> Pathname("b") }
t { Pathname("/a/b").ascend.map(&:to_s) }
t { Pathname("/a/b").descend.map(&:to_s) }
t { Pathname.new(nil) }
t { Pathname("/nonexistent/x").read }
t { File.join(Pathname("a"), "b") }
# IPAddr
t { IPAddr.new("10.0.0.1") }
t { IPAddr.new("10.0.0.0/24") }
t { IPAddr.new("10.0.0.1").to_s }
t { IPAddr.new("10.0.0.5/24").to_s }
t { IPAddr.new("10.0.0.1").succ.to_s }
t { IPAddr.new("10.0.0.0/24").include?("10.0.0.77") }
t { IPAddr.new("10.0.0.0/24").include?(IPAddr.new("10.0.1.1")) }
t { IPAddr.new("10.0.0.0/24") === "10.0.0.9" }
t { IPAddr.new("10.0.0.0/30").to_range.map(&:to_s) }
t { IPAddr.new("10.0.0.0/30").to_range.first.to_s }
t { IPAddr.new("10.0.0.1").to_i }
t { IPAddr.new(167772161, Socket::AF_INET).to_s }
t { IPAddr.new("10.0.0.1") | 5 }
t { IPAddr.new("::1").ipv6? }
t { IPAddr.new("10.0.0.1").ipv4? }
t { IPAddr.new("fe80::1").to_string }
t { IPAddr.new("10.0.0.1").mask(8).to_s }
t { IPAddr.new("10.0.0.1") <=> IPAddr.new("10.0.0.2") }
t { IPAddr.new("10.0.0.1") == "10.0.0.1" }
t { IPAddr.new("10.0.0.1").hton }
t { IPAddr.new("10.0.0.1").reverse }
t { IPAddr.new("10.0.0.1").private? }
t { IPAddr.new("127.0.0.1").loopback? }
t { IPAddr.new("10.0.0.0/8").prefix }
t { IPAddr.new("10.0.0.0/255.255.0.0").prefix }
t { IPAddr.new("10.1.2.3").inspect }
t { (IPAddr.new("192.168.1.10")..IPAddr.new("192.168.1.12")).map(&:to_s) }
t { IPAddr.new("192.168.1.250").to_i + 10 }
t { IPAddr.new(IPAddr.new("192.168.1.250").to_i + 10, Socket::AF_INET).to_s }
t { IPAddr.new("10.0.0.0/24").to_range.to_a[10].to_s }
t { IPAddr.new("10.0.0.0/24").to_range.to_a.size }
t { [IPAddr.new("10.0.0.2"), IPAddr.new("10.0.0.1")].min.to_s }
# ERB
t { ERB.new("a<%= 1 + 1 %>b").result }
t { x = 5; ERB.new("<%= x %>").result(binding) }
t { ERB.new("<% 2.times do |i| %>\n<%= i %>\n<% end %>\n").result }
t { ERB.new("<% 2.times do |i| -%>\n<%= i %>\n<% end -%>\n", trim_mode: "-").result }
t { ERB.new("<% if true %>\ny\n<% end %>\n", trim_mode: "<>").result }
t { ERB.new("% 2.times do\nx\n% end\n", trim_mode: "%").result }
t { ERB.new("<% 1 %>\nx", trim_mode: ">").result }
t { ERB.new("<%# comment %>x<%% y %%>").result }
t { ERB.new("<%= nope_var %>").result }
t { ERB.new("a: <%= v %>").result_with_hash(v: 3) }
t { ERB.new("<% 1.upto(2) do |i| -%>\n  s<%= i %>\n<% end -%>", nil, "-").result }
t { ERB::Util.html_escape("<a&\">") }
t { class Tpl; def initialize; @v = 9; end; def b = binding; end; ERB.new("<%= @v %>").result(Tpl.new.b) }
# JSON
t { JSON.parse('{"a": [1, 2.5, null, true, "x\u00e9\n"]}') }
t { JSON.parse('{"a": 1}', symbolize_names: true) }
t { JSON.parse('[]') }
t { JSON.parse('2') }
t { JSON.parse('"s"') }
t { JSON.parse(nil) }
t { JSON.parse('[1, // c
2]') }
t { JSON.parse('/* c */ {"a": 1}') }
t { JSON.parse('[NaN]', allow_nan: true) }
t { JSON.parse('{"a":1,"a":2}') }
t { JSON.generate({ a: 1, "b" => [nil, true, 1.5, :s] }) }
t { JSON.pretty_generate({ a: 1, b: [], c: {}, d: [1, { e: 2 }] }) }
t { JSON.pretty_generate([]) }
t { { a: "q\"\\\n\t\u0001é/" }.to_json }
t { [1, nil].to_json }
t { "s".to_json }
t { nil.to_json }
t { 1.5.to_json }
t { 1e20.to_json }
t { :sym.to_json }
t { { 1 => 2, nil => 3 }.to_json }
t { begin; (0.0 / 0).to_json; rescue JSON::GeneratorError => e; e.class; end }
t { Object.new.to_json =~ /#<Object/ ? 1 : 0 }
t { Time.at(0).utc.to_json }
t { JSON.dump({ a: 1 }) }
t { JSON.load('{"a": 1}') }
t { JSON.load(nil) }
t { JSON.load(StringIO.new('[1]')) }
t { JSON.parse('{"a": 1e3, "b": -0, "c": 12345678901234567890}') }
t { JSON::ParserError.superclass }
t { JSON('{"a": 1}') }
t { JSON.parse('["\ud83d\ude00", "\/"]') }
t { begin; JSON.parse('[1] x'); rescue JSON::ParserError => e; e.class; end }
t { JSON.generate("a" => "</script>") }
t { class Jx; def to_json(*a) = { j: 1 }.to_json(*a); end; [Jx.new].to_json }
t { class Jh; def to_h = { j: 1 }; end; JSON.generate(Jh.new.to_h) }
t { JSON.parse("{\"a\":\n [1,\n 2}]") rescue $!.class }
# YAML
t { YAML.load("a: 1\nb:\n  - x\n  - y: z\n") }
t { YAML.load("- 1\n- 1.5\n- true\n- yes\n- no\n- on\n- off\n- null\n- ~\n- ''\n- '1'\n") }
t { YAML.load("- 0x1f\n- 0o17\n- 017\n- 1_000\n- 1e3\n- .inf\n- -.inf\n- .nan\n- 1.\n- .5\n- +1\n- 0b11\n") }
t { YAML.load("- 2024-01-15\n") }
t { YAML.load("- 2024-01-15\n", permitted_classes: [Date]) }
t { YAML.unsafe_load("- 2024-01-15\n- 2024-01-15 10:20:30\n- 2024-01-15T10:20:30Z\n") }
t { YAML.load("- :sym\n- ':q'\n- :\"a b\"\n") }
t { YAML.load(":a: 1\n:b: :c\n") }
t { YAML.load("a: 1\n", symbolize_names: true) }
t { YAML.safe_load(":a: 1") }
t { YAML.safe_load(":a: 1", permitted_classes: [Symbol]) }
t { YAML.load("a: &x\n  k: 1\nb: *x\n") }
t { YAML.load("a: &x\n  k: 1\nb: *x\n", aliases: true) }
t { YAML.load("a: &x\n  k: 1\nb:\n  <<: *x\n  j: 2\n", aliases: true) }
t { YAML.unsafe_load("base: &b {a: 1, c: 2}\nd:\n  <<: *b\n  a: 9\n") }
t { YAML.unsafe_load("x: &x {a: 1}\ny: &y {b: 2}\nz:\n  <<: [*x, *y]\n") }
t { YAML.load("a: |\n  l1\n  l2\nb: >\n  f1\n  f2\n\n  f3\nc: |-\n  s\nd: >-\n  t\n  u\ne: |+\n  k\n\nf: 1\n") }
t { YAML.load("a: |2\n    x\n   y\n") }
t { YAML.load("a: \"x\\ty\\u00e9\\n\"\nb: 'it''s'\nc: \"multi\n  line\"\n") }
t { YAML.load("a: b: c") }
t { YAML.load("{a: 1, b: [1, 2], c: {d: e}}") }
t { YAML.load("[a, b, ]") }
t { YAML.load("---\na: 1\n...\n") }
t { YAML.load("--- foo") }
t { YAML.load("") }
t { YAML.load("# only\n") }
t { YAML.load("a: # c\n  b # d\n") }
t { YAML.load("a: b#c\nd: 'x # y'\n") }
t { YAML.load("? a\n: 1\n? [x, y]\n: 2\n") }
t { YAML.load("a:\n- 1\n- 2\nb:\n  - - 1\n    - 2\n  - - 3\n") }
t { YAML.load("- a: 1\n  b: 2\n-\n  c: 3\n") }
t { YAML.load("key with spaces: v\n\"quoted\": 1\n1: one\n1.5: f\ntrue: t\nnull: n\n") }
t { YAML.load("url: http://x:80/y\ntime: 12:30\nport: 22:22\nmac: 00:11:22:33:44:55\nver: 1.2.3\n") }
t { YAML.load("a: 12:30:45\nb: 1:30\n") }
t { YAML.load("a: !ruby/object:Object {}\n") }
t { YAML.load("a: !ruby/symbol x\n") }
t { YAML.load("a: !!str 1\nb: !!int '2'\nc: !!float 1\nd: !custom x\n") }
t { YAML.load("a: !ruby/regexp /x/\n") }
t { begin; YAML.load("a: @x"); rescue Psych::SyntaxError => e; e.class; end }
t { begin; YAML.load("a: `x"); rescue Psych::SyntaxError => e; e.class; end }
t { begin; YAML.load("a: %x"); rescue Psych::SyntaxError => e; e.class; end }
t { begin; YAML.load("a: [1, 2"); rescue Psych::SyntaxError => e; e.class; end }
t { begin; YAML.load("a: 'x"); rescue Psych::SyntaxError => e; e.class; end }
t { YAML.load("a: 1\n b: 2\n") }
t { begin; YAML.load("a: 1\nb\n"); rescue Psych::SyntaxError => e; e.class; end }
t { YAML.load("a: *nope\n", aliases: true) }
t { YAML.load_stream("a: 1\n---\nb: 2\n") }
t { YAML.load("a: yes\nb: Yes\nc: YES\nd: y\ne: n\nf: On\ng: TRUE\nh: True\n") }
t { YAML.load("a: Null\nb: NULL\nc: nil\nd: None\n") }
t { YAML.load("a: 1,000\nb: 1_000.5\nc: 08\nd: 09.5\ne: 0.0.0.0\nf: 10.0.0.1\ng: 1e\nh: e1\ni: 0x\nj: '0x1'\n") }
t { YAML.load("a: -\nb: --\nc: - x\n") rescue $!.class }
t { YAML.load("a: ''\nb: \"\"\nc:\nd: []\ne: {}\n") }
t { YAML.load("a: \"\\x41\\e[0m\\\\\"\n") }
t { YAML.load("a: x\\n\nb: 'x\\n'\n") }
t { YAML.load("a: long text\n  continued here\n  and more\nb: 1\n") }
t { YAML.load("%YAML 1.1\n---\na: 1\n") }
t { YAML.load("a: 1\na: 2\n") }
t { YAML.load("\xEF\xBB\xBFa: 1\n") }
t { YAML.load("a: 1\r\nb: 2\r\n") }
t { { "a" => 1, "b" => [1, "two", nil, true, 1.5, :sym], "c" => {} , "d" => [] }.to_yaml }
t { { a: { b: "x" } }.to_yaml }
t { ["yes", "no", "true", "1", "1.5", "null", "~", "", " a", "a ", "a: b", "# x", "- x", "multi\nline", "it's", "q\"q", ":a", "a:b", "!x", "&x", "*x", "@x", "%x", "[x", "{x", "x]", "|", ">", "2024-01-15", "0x1f", "1e3", "12:30", "=", "y", "n", "é", "a\tb", "trail\n", "\u0001"].to_yaml }
t { "str".to_yaml }
t { nil.to_yaml }
t { 1.to_yaml }
t { [].to_yaml }
t { {}.to_yaml }
t { [[1, [2]], { "a" => [{ "b" => 1 }] }].to_yaml }
t { YAML.dump({ "k" => "a\nb\n" }) }
t { YAML.dump("a" => "x" * 100) }
t { { "a" => Date.new(2024, 1, 2) }.to_yaml }
t { { 1 => 2, true => 4, "x y" => 5 }.to_yaml }
t { x = [1]; [x, x.dup].to_yaml }
t { Psych::VERSION.class }
t { YAML.load_file("/nonexistent.yml") }
t { YAML.load(nil) }
t { YAML.load(StringIO.new("a: 1")) }
t { YAML.load("a: 1").fetch("b") }
t { begin; YAML.load("a: [", filename: "f.yml"); rescue Psych::SyntaxError => e; e.class; end }
t { begin; YAML.load("a: 'x"); rescue => e; e.class.ancestors.take(3); end }
# CSV
t { CSV.parse("a,b\n1,2\n") }
t { CSV.parse("a,b\n1,\"x,\"\"y\"\"\"\n") }
t { CSV.parse("a,b\n1,2\n", headers: true).map(&:to_h) }
t { CSV.parse("a,b\n1,2\n", headers: true, header_converters: :symbol).map { |r| r[:a] } }
t { CSV.parse("a;b", col_sep: ";") }
t { CSV.parse_line("a,,c") }
t { CSV.parse("1,2.5,x", converters: :numeric) }
t { CSV.generate { |c| c << [1, "a,b", nil, "q\"q"] } }
t { ["a", 1].to_csv }
t { "a,b".parse_csv }
t { CSV.parse("a,b\n1,2\n", headers: true).first["b"] }
t { CSV.parse("a,b\n1,2\n", headers: true)["a"] }
t { CSV.parse("a,\"b") }
# optparse
t { o = {}; OptionParser.new { |q| q.on("-v", "--[no-]verbose") { |v| o[:v] = v }; q.on("-nNAME", "--name NAME", "the name") { |v| o[:n] = v } }.parse!(a = %w[-v --name x rest]); [o, a] }
t { o = {}; OptionParser.new { |q| q.on("--count N", Integer) { |v| o[:c] = v } }.parse(%w[--count=5]); o }
t { OptionParser.new { |q| q.on("--count N", Integer) }.parse(%w[--count x]) }
t { OptionParser.new.parse(%w[--bogus]) }
t { OptionParser.new { |q| q.on("--name NAME") }.parse(%w[--name]) }
t { o = {}; OptionParser.new { |q| q.on("--list A,B", Array) }.parse!(%w[--list a,b], into: o); o }
t { o = {}; OptionParser.new { |q| q.on("--no-color") { |v| o[:c] = v } }.parse!(%w[--no-color]); o }
t { OptionParser.new { |q| q.banner = "Usage: x"; q.separator ""; q.on("-v", "--verbose", "talk") }.to_s }
t { OptionParser.new { |q| q.on("-f", "--file [FILE]") { |v| print v.inspect } }.parse(%w[-f]) }
t { o = {}; OptionParser.new { |q| q.on("--mode M", [:a, :b]) { |v| o[:m] = v } }.parse(%w[--mode a]); o }
# digest, securerandom, base64
t { Digest::MD5.hexdigest("a") }
t { Digest::SHA1.hexdigest("a") }
t { Digest::SHA256.hexdigest("a") }
t { Digest::SHA512.hexdigest("a")[0, 16] }
t { Digest::SHA256.new.update("a").hexdigest[0, 8] }
t { (Digest::SHA256.new << "a" << "b").to_s[0, 8] }
t { Digest::SHA256.base64digest("a") }
t { Digest::MD5.digest("a").bytes.first(3) }
t { Digest::SHA384.hexdigest("a")[0, 8] }
t { SecureRandom.hex(4).size }
t { SecureRandom.uuid =~ /\A\h{8}-\h{4}-4\h{3}-[89ab]\h{3}-\h{12}\z/ }
t { SecureRandom.random_number(1) }
t { SecureRandom.alphanumeric(5).size }
t { SecureRandom.base64(3).size }
t { SecureRandom.urlsafe_base64.class }
t { SecureRandom.random_bytes(3).bytesize }
t { SecureRandom.rand.class }
t { Base64.encode64("a" * 50) }
t { Base64.strict_encode64("a?>") }
t { Base64.urlsafe_encode64("a?>") }
t { Base64.decode64("YQ==") }
t { Base64.strict_decode64("YQ=") }
# Gem
t { Gem::Version.new("1.10") > Gem::Version.new("1.9") }
t { Gem::Version.new("1.0.0.rc1") < Gem::Version.new("1.0.0") }
t { Gem::Version.new("2.2.3") <=> Gem::Version.new("2.2.10") }
t { Gem::Version.new("1.2").to_s }
t { Gem::Version.new("1.2.3").segments }
t { Gem::Version.new("1.2.3").bump.to_s }
t { Gem::Version.new("1.2.a").prerelease? }
t { Gem::Version.new("1.2.a").release.to_s }
t { Gem::Version.new("bad version") }
t { Gem::Version.new("1.0") == Gem::Version.new("1") }
t { Gem::Version.create("1.0").inspect }
t { Gem::Requirement.new("~> 1.2").satisfied_by?(Gem::Version.new("1.5")) }
t { Gem::Requirement.new(">= 1", "< 2").satisfied_by?(Gem::Version.new("2.0")) }
t { Gem::Requirement.new("~> 1.2.3").to_s }
t { Gem::Requirement.new("bad") }
t { Gem::Dependency.new("x", "~> 1.0").match?("x", "1.5") }
t { [Gem::Version.new("1.10"), Gem::Version.new("1.9")].max.to_s }
t { %w[1.10 1.9 1.2].sort_by { |v| Gem::Version.new(v) } }
t { Gem::VERSION.class }
t { Gem.win_platform? }
t { Gem::Platform.local.os }
t { Gem::Version.correct?("1.2") }
# logger, timeout
t { l = Logger.new(io = StringIO.new); l.formatter = proc { |s, _, _, m| "#{s}: #{m}\n" }; l.info("hi"); l.debug { "dbg" }; l.level = Logger::WARN; l.info("no"); io.string }
t { l = Logger.new(io = StringIO.new); l.warn("x"); io.string =~ /\AW, \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\]  WARN -- : x\n\z/ }
t { Logger::INFO }
t { Logger.new($stdout).info? }
t { Timeout.timeout(5) { :ok } }
t { Timeout::Error.new.message }
t { Timeout::Error.ancestors.include?(RuntimeError) }
# shellwords
t { Shellwords.escape("a b'c") }
t { Shellwords.split("a 'b c' \"d e\" f\\ g") }
t { "a b".shellescape }
t { "a 'b c'".shellsplit }
t { %w[a b\ c].shelljoin }
t { Shellwords.join(["x", ""]) }
t { Shellwords.split("a 'b") }
t { Shellwords.shellwords("a b") }
# URI
t { u = URI("http://user:pw@example.com:8080/p/a?q=1#f"); [u.scheme, u.userinfo, u.host, u.port, u.path, u.query, u.fragment] }
t { URI.parse("https://x.org").port }
t { URI.parse("https://x.org").class }
t { URI("http://a/b").to_s }
t { URI.join("http://a/b/c", "../d").to_s }
t { URI("http://a b") }
t { URI("foo").scheme }
t { URI.encode_www_form(a: 1, b: "x y&") }
t { URI.decode_www_form("a=1&b=x+y") }
t { URI.encode_www_form_component("a b/é") }
t { URI.decode_www_form_component("a+b%2F") }
t { URI.extract("see http://a.com ok") rescue $!.class }
t { URI::HTTP.build(host: "h", path: "/p").to_s }
t { u = URI("http://a"); u.path = "/z"; u.to_s }
t { URI("file:///etc/x").path }
t { CGI.escape("a b&") }
t { CGI.unescape("a+b%26") }
t { CGI.escapeHTML("<a>") }
t { "http://a.com" =~ URI::DEFAULT_PARSER.make_regexp }
# StringIO
t { s = StringIO.new("a\nb\n"); [s.gets, s.read, s.gets, s.eof?] }
t { s = StringIO.new; s.puts "x"; s << "y"; s.printf("%d", 3); s.string }
t { StringIO.new("a\nb").each_line.map(&:chomp) }
t { StringIO.new("a\nb").readlines }
t { s = StringIO.new("abc"); s.getc; s.rewind; s.read(2) }
t { old = $stdout; $stdout = StringIO.new; puts "cap"; c = $stdout.string; $stdout = old; c }
# Etc, RbConfig, Socket
t { Etc.getpwuid.class.name }
t { Etc.getpwuid.uid.class }
t { Etc.nprocessors.class }
t { RbConfig::CONFIG["host_os"] }
t { RbConfig::CONFIG["ruby_version"] }
t { RUBY_PLATFORM =~ /linux/ ? 1 : 0 }
t { RUBY_VERSION.start_with?("3.1") }
t { RUBY_ENGINE }
t { Socket.gethostname.class }
t { Socket.ip_address_list.class }
t { Socket.ip_address_list.detect { |i| i.ipv4_loopback? }&.ip_address }
t { Socket.ip_address_list.select(&:ipv4?).all? { |a| a.ip_address =~ /\A[\d.]+\z/ } }
# Singleton, Forwardable, Delegate
t { class Sing; include Singleton; attr_accessor :v; end; Sing.instance.equal?(Sing.instance) }
t { Sing.new }
t { class Fw; extend Forwardable; def_delegators :@a, :size, :<<; def_delegator :@a, :first, :head; def initialize; @a = []; end; end; f = Fw.new; f << 3; [f.size, f.head] }
t { class Del < SimpleDelegator; def extra = "x#{size}"; end; d = Del.new([1]); [d.extra, d.first, d.__getobj__] }
# File names
t { File.join("a", "b", "/c") }
t { File.join("a/", "/b") }
t { File.join("a", ["b", "c"]) }
t { File.join }
t { File.join("a", nil) }
t { File.basename("/a/b.rb") }
t { File.basename("/a/b.rb", ".rb") }
t { File.basename("/a/b.rb", ".*") }
t { File.basename("/") }
t { File.dirname("/a/b") }
t { File.dirname("a") }
t { File.dirname("/a/b/c", 2) }
t { File.extname("a.tar.gz") }
t { File.extname(".bashrc") }
t { File.extname("a.") }
t { File.split("/a/b") }
t { File.expand_path("/a/../b/./c") }
t { File.expand_path("x", "/a/b") }
t { File.expand_path("../x", "/a/b") }
t { File.expand_path("~nosuchuser_q") }
t { File.absolute_path?("/a") }
t { File.absolute_path("~", "/a") }
t { File.exist?("/nonexistent") }
t { File.exists?("/nonexistent") }
t { File.file?("/tmp") }
t { File.directory?("/tmp") }
t { Dir.exist?("/tmp") }
t { File.read("/nonexistent") }
t { File.open("/nonexistent") }
t { File.readlines("/nonexistent") }
t { IO.read("/nonexistent") }
t { File.read(nil) }
t { File.size("/nonexistent") }
t { File.mtime("/nonexistent") }
t { File.stat("/nonexistent") }
t { Dir.entries("/nonexistent") }
t { Dir.glob("/nonexistent/*") }
t { Dir["/nonexistent/*"] }
t { Dir.children("/nonexistent") }
t { Dir.chdir("/nonexistent") }
t { Dir.mkdir("/nonexistent/a/b") }
t { File.fnmatch("*.rb", "a.rb") }
t { File.fnmatch?("**/*.rb", "a/b.rb", File::FNM_PATHNAME) }
t { File.fnmatch("*", ".a") }
t { File.fnmatch("{a,b}", "a", File::FNM_EXTGLOB) }
t { File::SEPARATOR }
t { File::ALT_SEPARATOR }
t { File::PATH_SEPARATOR }
t { Dir.pwd.class }
t { Dir.home.class }
t { Dir.tmpdir }
t { begin; File.read("/nonexistent"); rescue Errno::ENOENT => e; e.errno; end }
t { begin; File.read("/nonexistent"); rescue SystemCallError => e; e.class; end }
t { Errno::EACCES.new.message }
t { Errno::EACCES.new("x").message }
t { Errno::ENOENT::Errno }
t { raise Errno::EEXIST, "f" }
# misc
t { Benchmark.realtime { 1 }.class }
t { BigDecimal("1.1") + BigDecimal("2.2") == BigDecimal("3.3") }
t { Mutex.new.synchronize { 5 } }
t { Thread.new { 5 }.value }
t { [1, 2].map { |x| Thread.new { x * 2 } }.map(&:value) }
t { Thread.current.class }
t { q = Queue.new; q << 1; q.pop }
t { s = StringScanner.new("ab 12"); [s.scan(/\w+/), s.skip(/\s+/), s.scan(/\d+/), s.eos?] }
t { Signal.list.class }
t { trap("INT") { }.class }
t { Process.pid.class }
t { Process.uid.class }
t { Process.euid.class }
t { Process.ppid.class }
t { $PROGRAM_NAME.class }
t { $ERROR_INFO }
t { ObjectSpace.garbage_collect.class }
t { GC.start.class }
t { Kernel.srand.class }
t { Comparable.class }
t { Kernel.class }
t { Random.new_seed.class }
t { Random.urandom(2).size }
t { pp({ a: 1 }).class }
t { Marshal.load(Marshal.dump([1, { a: "b" }])) }
t { ENV.to_h.frozen? }
t { require "json" }
t { require "set" }
t { $LOADED_FEATURES.class }
t { $LOAD_PATH.class }
t { $:.include?(".") }
t { Zlib.crc32("a") }
t { Abbrev.abbrev(%w[car cat])["car"] }
t { OpenSSL::Digest.new("SHA256").hexdigest("a")[0, 8] }
t { OpenSSL::HMAC.hexdigest("SHA256", "k", "d")[0, 8] }
t { "a".crypt("$6$salt$") =~ /\A\$6\$salt\$/ }
t { Resolv::DNS.class }
t { Net::HTTP.class }
t { OpenURI.class }
t { $stdin.tty? }
t { $stdout.tty? }
t { $stdout.isatty }
t { STDIN.class }
t { $stdout.fileno }
t { $stderr.fileno }
t { Find.class }
t { Monitor.new.synchronize { 1 } }
