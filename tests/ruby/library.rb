require "yaml"
require "json"
require "set"
require "erb"
require "time"
require "date"
require "ostruct"
require "digest"
require "base64"
require "shellwords"
require "pathname"
require "ipaddr"
require "uri"
require "csv"
require "stringio"
require "forwardable"
require "singleton"
require "securerandom"
require "English"
require "logger"
require "optparse"
require "delegate"
require "strscan"
doc = <<~YAML
  # comment
  name: web
  count: 3
  ratio: 1.5
  on: yes
  off: no
  nothing: ~
  empty:
  quoted: "yes"
  single: 'it''s'
  octal: 0755
  hex: 0x1f
  sym: :abc
  list: [1, two, "3"]
  map: {a: 1, b: [x, y]}
  block: |
    line1
      line2
  folded: >
    a
    b

    c
  nodes:
    - name: n1
      ip: 10.0.0.1
    - name: n2
      ip: 10.0.0.2
  "quoted key": 1
  1: one
  true: yes
  time: 12:30
  ver: 1.2.3
  under: 1_000
  exp: 1.0e3
YAML
data = YAML.load(doc)
p data, data["nodes"].map { |n| n["name"] }
puts data.to_yaml
puts({ a: 1, "b" => nil, c: [1, [2, { d: "x: y" }]], e: {}, f: [], g: "yes", h: "multi\nline\n", i: "", j: "12", k: true, l: 1.5, m: :sym, n: "#c", o: " pad", p: "a: b", q: "-", r: "it's", s: "null", t: "1.0", u: "@x", v: "x\ty", w: "é", x: "no newline\nend" }.to_yaml)
puts [1, "two", nil, [3, [4]], { "k" => "v" }].to_yaml, "str".to_yaml, 5.to_yaml, nil.to_yaml
begin
  YAML.load("a: &x 1\nb: *x")
rescue Psych::BadAlias => e
  puts e.class, e.message
end
p YAML.load("a: &x {k: 1}\nb:\n  <<: *x\n  z: 2", aliases: true), YAML.load("--- 5"), YAML.load(""), YAML.safe_load(""), YAML.load_stream("--- 1\n--- 2\n")
begin
  YAML.safe_load(":a: :b")
rescue Psych::DisallowedClass => e
  puts e.message
end
begin
  YAML.load("d: 2020-01-02")
rescue Psych::DisallowedClass => e
  puts e.message
end
p YAML.safe_load("d: 2020-01-02", permitted_classes: [Date])["d"].to_s, YAML.load("a: 1", symbolize_names: true), YAML.load("- a\n- b: c\n  d: e\n-\n  - f")
begin
  YAML.load("a: [1, 2")
rescue Psych::SyntaxError => e
  puts e.class
end
p JSON.parse('{"a": [1, 2.5, null, true, "x\u00e9\n"], "b": {"c": -1e3}}'), JSON.parse('{"a":1}', symbolize_names: true), JSON.parse("[]"), JSON.parse("2")
puts JSON.generate({ a: 1, "b" => [nil, true, 1.5, "q\"\\\n\u0001é"] }), { x: :y, 1 => 2 }.to_json, [1, "a", nil].to_json, "s".to_json, nil.to_json, JSON.pretty_generate({ "a" => { "b" => [1, 2] }, "c" => [], "d" => {} })
begin
  JSON.parse("{bad}")
rescue JSON::ParserError => e
  puts e.class
end
s = Set.new([3, 1, 3])
s << 2
s.add(1)
p s, s.size, s.include?(3), s | [9], s & [1], s - [1], s.to_a.sort, s.subset?(Set[1, 2, 3, 4]), Set[1] == Set[1], s.map { |x| x * 2 }, s.add?(1), s.delete(3), [1, 1].to_set, Set[[1, 2]].include?([1, 2]), s.group_by(&:odd?), s.each_slice(1).to_a, s.inspect, Set.new([1, 2]).superset?(Set[1]), s.empty?, s.min, s.sort_by { |x| -x }
os = OpenStruct.new(a: 1, "b" => 2)
os.c = 3
os[:d] = 4
p os, os.a, os.b, os.c, os[:d], os["a"], os.nope, os.respond_to?(:a), os.to_h, os.dig(:a), os == OpenStruct.new(a: 1, b: 2, c: 3, d: 4), os.each_pair.to_a
puts ERB.new("Hi <%= name = 'Bob' %>\n<% 2.times do |i| -%>\n* <%= i %>\n<% end -%>\ndone <%# comment %>x <%% y\n", trim_mode: "-").result(binding)
x = 42
puts ERB.new("x=<%= x %>").result(binding), ERB.new("<% if x > 1 %>big<% else %>small<% end %>").result(binding), ERB.new("v: <%= v %>").result_with_hash(v: 7)
t = Time.utc(2024, 2, 29, 13, 5, 9.5)
p t, t.year, t.month, t.day, t.wday, t.yday, t.hour, t.min, t.sec, t.usec, t.to_i, t.to_f, t + 60, t - 86_400, (t - Time.utc(2024, 1, 1)), t.monday?, t.utc?, t < t + 1, t == Time.utc(2024, 2, 29, 13, 5, 9.5)
puts t, t.iso8601, t.strftime("%Y-%m-%d %H:%M:%S %j %a %A %b %B %y %e %-d %I %p %L %N %z %Z %s %% %F %T %D %U %u %w %03d %^a %10Y %P %l %k %C %G-%V %R %c %x %X %n %t|"), t.httpdate, t.rfc2822, Time.at(0).utc, Time.at(1.5).utc.to_f, Time.parse("2020-05-06 07:08:09 UTC"), Time.parse("2020-05-06T07:08:09Z").iso8601, Time.iso8601("2020-05-06T07:08:09+02:00"), Time.strptime("03/04/2021", "%d/%m/%Y").strftime("%F"), Time.new(2000, 1, 1, 0, 0, 0, "+09:00"), Time.gm(2000, "jan", 1)
d = Date.new(2024, 1, 31)
p d, d + 1, d >> 1, d.wday, d.yday, (Date.new(2024, 3, 1) - d).to_i, d.strftime("%d.%m.%y"), Date.parse("2020-02-03").to_s, Date.valid_date?(2023, 2, 29), d.next_month.to_s, d.leap?, d.saturday?, (d..d + 2).map(&:day), d.cweek, d.iso8601, d === Date.new(2024, 1, 31), d.prev_day.to_s, Date.strptime("5-6-2020", "%d-%m-%Y").to_s
puts Digest::SHA256.hexdigest("a"), Digest::MD5.hexdigest("a"), Digest::SHA1.hexdigest(""), Digest::SHA512.hexdigest("x")[0, 20], Digest::SHA256.new.update("a").hexdigest[0, 8], Base64.encode64("hello world" * 6), Base64.strict_encode64("hi?>"), Base64.urlsafe_encode64("hi?>"), Base64.decode64("aGVsbG8=")
p "a 'b c' d\\ e".shellsplit, Shellwords.escape("it's $x"), %w[a b\ c].shelljoin, Shellwords.split('x "y z"')
path = Pathname.new("/a/b/../c.txt")
p path, path.basename, path.dirname, path.extname, path.cleanpath, path + "../d", Pathname("a") / "b", path.parent, Pathname.new("a/b").relative_path_from(Pathname.new("a/c")), path.absolute?, Pathname.new("x").join("y", "z").to_s, path.sub_ext(".rb"), Pathname.new("/x") == Pathname.new("/x"), "#{Pathname.new('q')}", path.each_filename.to_a, Pathname.new("a//b/").cleanpath
ip = IPAddr.new("192.168.1.10/24")
p ip.to_s, ip.include?("192.168.1.77"), ip.include?("10.0.0.1"), ip.to_range.first.to_s, ip.to_range.last.to_s, IPAddr.new("10.0.0.1").succ.to_s, IPAddr.new("10.0.0.1").to_i, ip.ipv4?, IPAddr.new("::1").ipv6?, IPAddr.new("fe80::1:2").to_s, ip.prefix, ip, IPAddr.new("10.0.0.5").mask(24).to_s, IPAddr.new("10.0.0.1") < IPAddr.new("10.0.0.2"), IPAddr.new("192.168.0.1").private?
begin
  IPAddr.new("300.1.1.1")
rescue IPAddr::InvalidAddressError => e
  puts e.class
end
u = URI.parse("https://user:pw@example.com:8443/a/b?x=1&y=2#frag")
p u.scheme, u.host, u.port, u.path, u.query, u.fragment, u.user, u.password, u.to_s, URI("http://a.b").port, URI.join("http://a.b/c/", "d").to_s, URI.encode_www_form_component("a b&c/é"), URI.decode_www_form_component("a+b%26"), URI.encode_www_form(a: 1, b: "x y"), u.class, URI("http://h/p").request_uri
begin
  URI.parse("http://bad host/")
rescue URI::InvalidURIError => e
  puts e.message
end
p CSV.parse("a,b\n1,\"x,\"\"y\"\n"), CSV.parse("n,v\na,1\nb,2\n", headers: true).map(&:to_h), CSV.parse_line("x;y", col_sep: ";"), CSV.generate { |c| c << [1, "a,b", nil]; c << ["q\"r"] }, ["a b", 1].to_csv, "1,2".parse_csv, CSV.parse("A,B\n1,2", headers: true, header_converters: :symbol).first[:a]
io = StringIO.new("l1\nl2\nl3")
p io.gets, io.read, io.eof?, io.rewind, io.each_line.map(&:chomp), StringIO.new.tap { |o| o.puts "x"; o << "y"; o.print 1, 2; o.printf("%d", 3) }.string
class Wrap
  extend Forwardable
  def_delegators :@list, :size, :<<, :each
  def_delegator :@list, :first, :head
  include Enumerable
  def initialize = @list = []
end
w = Wrap.new
w << 1 << 2
p w.size, w.head, w.map { |q| q + 1 }
class Only
  include Singleton
  attr_accessor :v
end
Only.instance.v = 3
p Only.instance.v, Only.instance.equal?(Only.instance)
begin
  Only.new
rescue NoMethodError => e
  puts e.message[0, 27]
end
p SecureRandom.hex(4).size, SecureRandom.uuid.size, SecureRandom.alphanumeric(5).size, SecureRandom.random_number(3).class
p Gem::Version.new("1.2.10") > Gem::Version.new("1.2.9"), Gem::Version.new("2.0.0.pre1") < Gem::Version.new("2.0.0"), Gem::Requirement.new("~> 1.2").satisfied_by?(Gem::Version.new("1.9")), Gem::Requirement.new("~> 1.2.3", ">= 1.2.4").satisfied_by?(Gem::Version.new("1.2.5")), Gem::Version.new("1.0") == Gem::Version.new("1.0.0"), Gem::Version.new("1.2.3").segments, Gem::Version.new("1.2.3").bump.to_s, Gem::Version.correct?("a.b").inspect, Gem::Version.new("1.2")
log = StringIO.new
l = Logger.new(log)
l.formatter = proc { |sev, _, _, msg| "#{sev}: #{msg}\n" }
l.info("hi")
l.debug { "block" }
l.level = Logger::WARN
l.info("no")
l.warn("yes")
puts log.string
opts = {}
rest = OptionParser.new do |o|
  o.banner = "Usage: x"
  o.on("-v", "--verbose", "Talk") { |q| opts[:v] = q }
  o.on("-nNAME", "--name=NAME", String) { |q| opts[:n] = q }
  o.on("--count N", Integer) { |q| opts[:c] = q }
  o.on("--[no-]color") { |q| opts[:col] = q }
end.parse(%w[-v --name=bob file --count 3 --no-color -- -z])
p opts, rest
begin
  OptionParser.new.parse(%w[--nope])
rescue OptionParser::InvalidOption => e
  puts e.message
end
sd = SimpleDelegator.new([1, 2])
p sd.size, sd.first, sd == [1, 2]
sc = StringScanner.new("ab 12")
p sc.scan(/\w+/), sc.skip(/\s+/), sc.scan(/\d/), sc.rest, sc.eos?, sc.pos
p Comparable.instance_method(:clamp).class, Kernel.respond_to?(:puts), RUBY_VERSION.class, RUBY_ENGINE, $PROGRAM_NAME.class, __dir__.class
p ENV.fetch("NOPE_X", "d"), ENV["NOPE_X"], ENV.key?("NOPE_X"), (ENV["NEW_X"] = "1"), ENV["NEW_X"], ENV.to_h.class, ENV.fetch("NOPE_X") { |k| k * 2 }, ENV.delete("NEW_X"), ENV["NEW_X"]
begin
  ENV.fetch("NOPE_X")
rescue KeyError => e
  puts e.message
end
p File.join("a", "/b", "c/"), File.basename("/a/b.rb", ".rb"), File.basename("/a/b.rb", ".*"), File.extname("x.tar.gz"), File.dirname("/a/b/c"), File.split("/a/b"), File.expand_path("/a/../b"), File.extname(".bashrc"), File.basename("/"), File.dirname("x"), File.fnmatch("*.rb", "a.rb"), File.fnmatch?("**/*.rb", "a/b/c.rb", File::FNM_PATHNAME), File.extname("a."), File.join("x", ["y", "z"]), File.absolute_path?("/x"), File.expand_path("b", "/a")
begin
  File.read("/nonexistent/x")
rescue Errno::ENOENT => e
  puts e.message, e.class
end
begin
  require "no_such_library_x"
rescue LoadError => e
  puts e.message
end
require 'pp'
p({a: 1, "b" => [nil, 2.5]}.pretty_inspect)
h = {}
h[h] = 1
p h.size, h.key?(1)
a = []
a << a
p a, a.hash == a.hash
