NODES = [
  { name: "web", ip: "10.0.0.11", cpus: 2 },
  { name: "db", ip: "10.0.0.12", mem: 2048, extra: %w[a b] },
].freeze
NODES.each_with_index do |node, i|
  puts "#{i}: #{node[:name].ljust(5)} #{node[:ip]} #{node[:cpus] || 1} #{node.fetch(:mem, 512)} #{(node[:extra] || []).join('+')}"
end
(1..3).each { |i| puts "node-#{format('%02d', i)} 192.168.56.#{100 + i}" }
ENV["COUNT"] ||= "3"
count = Integer(ENV["COUNT"] || 8)
puts count * 2, (ENV["DEBUG"] == "1" ? true : false), ENV.fetch("MISSING", "none")
def role_of(name)
  case name
  when /^web/ then :frontend
  when "db", "cache" then :backend
  else :other
  end
end
p %w[web1 db zzz].map { |n| role_of(n) }
script = <<~SHELL
  #!/bin/bash
  set -e
  echo "$HOME" '#{count}'
  cat <<EOF
    indented \\$var
  EOF
SHELL
puts script
puts <<-"A".lines.map(&:strip).join("|")
    one
    two
    A
text = "a" \
  "b" \
  'c'
p text
settings = { "mem" => 1024, "net" => { "type" => "private" } }
mem, type = settings.values_at("mem", "net")
p mem, type["type"], settings.dig("net", "type"), settings.dig("x", "y"), settings["net"]&.fetch("type"), nil&.foo
defaults = { cpus: 1, memory: 512, disks: [] }
merged = defaults.merge({ memory: 2048 }) { |_key, _old, new| new }
p merged, defaults.to_a.flatten(1), merged.sum { |_, v| v.is_a?(Integer) ? v : 0 }
def configure(name, memory: 512, cpus: 1, **rest, &block)
  info = { name: name, memory: memory, cpus: cpus }.merge(rest)
  info[:block] = block.call(info) if block_given?
  info
end
p configure("a"), configure("b", memory: 1, tag: :x) { |i| i.keys.size }
class Config
  attr_accessor :box, :memory
  def initialize
    @networks = []
    yield self if block_given?
  end
  def network(type, ip: nil, **opts) = @networks << [type, ip, opts]
  attr_reader :networks
  def method_missing(name, *args)
    name.end_with?("=") ? instance_variable_set("@#{name.to_s.chomp('=')}", args.first) : super
  end
  def respond_to_missing?(name, all = false) = name.end_with?("=") || super
end
c = Config.new do |cfg|
  cfg.box = "x/y"
  cfg.network "private", ip: "1.2.3.4", auto: true
  cfg.network :public
  cfg.memory = 1
  cfg.memory += 1023
  cfg.custom = 5
end
p c.box, c.memory, c.networks, c.instance_variable_get(:@custom)
begin
  c.unknown
rescue NoMethodError => e
  puts e.message[/undefined method `\w+'/]
end
hosts = NODES.map { |n| "#{n[:ip]} #{n[:name]}" }.join("\n")
puts hosts
groups = NODES.group_by { |n| n[:name][0] }.transform_values { |l| l.map { |n| n[:ip] } }
p groups, NODES.map { |n| n[:name] }.zip(NODES.map { |n| n[:ip] }).to_h, NODES.find { |n| n[:name] == "db" }[:ip], NODES.sum { |n| n[:mem].to_i }, NODES.sort_by { |n| n[:name] }.first[:name], NODES.reject { |n| n[:mem] }.size, NODES.each_with_object({}) { |n, h| h[n[:name].to_sym] = n[:ip] }, NODES.inject(0) { |a, n| a + (n[:cpus] || 1) }, NODES.partition { |n| n[:cpus] }.map(&:size), NODES.index { |n| n[:name] == "db" }, NODES.flat_map { |n| n[:extra].to_a }, NODES.max_by { |n| n[:mem].to_i }[:name]
$global = "g"
def use_global = $global + "!"
puts use_global
VERSION_OK = "2.3.4".split(".").map(&:to_i) <=> [2, 2, 0]
p VERSION_OK, "2.3.4" >= "2.2", ("a".."e").to_a.each_slice(2).to_a, 10.downto(7).select(&:even?), 1.step(9, 4).to_a
ip_base = "10.1.1"
start = 10
p 3.times.map { |i| "#{ip_base}.#{start + i}" }, (0...3).map { |i| i.to_s.rjust(3, "0") }, ("01".."03").to_a, "node%03d" % 7, "%s-%s" % %w[a b], "abc".tr("abc", "xyz"), "a,b;c".split(/[,;]/), "Hello World".scan(/o/).count, "x".ord.to_s(16), "ff".hex, "%.1f GB" % (2048 / 1024.0), 1536.fdiv(1024).round(1), "10GB"[/\d+/].to_i, 5.clamp(1, 3), [1, 2] <=> [1, 3], 7.0 / 2, 7 / 2, -7 / 2, 7 % 3
puts [["name", "ip"], %w[web 1.1]].map { |r| r.map { |x| x.ljust(6) }.join }.join("\n")
handler = { start: ->(x) { x + 1 }, stop: proc { |x, y| [x, y] } }
p handler[:start].call(1), handler[:stop].(1), handler.key?(:nope), handler.transform_values(&:arity), handler.map { |k, v| [k, v.lambda?] }.to_h
counter = 0
increment = -> { counter += 1 }
3.times(&increment) rescue 3.times { increment.call }
p counter
result = begin
  Integer("zz")
rescue ArgumentError
  -1
else
  0
ensure
  counter = 99
end
p result, counter
x = if counter > 5 then "big" elsif counter > 1 then "mid" else "small" end
p x, (counter > 5 and x), (true && !false), [nil, false, 0, ""].map { |v| v ? 1 : 0 }
y = while true do break "broke" end
p y, [1, 2, 3, 4].each_cons(2).map { |a, b| b - a }, (1..4).each_with_index.map { |a, i| a * i }, [3, 1].sort!.first, [1, 2, 3].sum / [1, 2, 3].size.to_f
module Helpers
  def self.slug(s) = s.downcase.gsub(/[^a-z0-9]+/, "-").gsub(/\A-|-\z/, "")
  DEFAULTS = { a: 1 }.freeze
  class << self
    def opts(**o) = DEFAULTS.merge(o)
  end
end
p Helpers.slug("Hello, World!"), Helpers.opts(b: 2), Helpers::DEFAULTS.frozen?
at = %w[a b c].each_slice(2).with_index.map { |s, i| [i, s] }
p at, %w[x y].each.with_index(1).map { |s, i| "#{i}#{s}" }, [[1, [2, 3]]].each { |a, (b, c2)| p [a, b, c2] }, { a: 1 }.each_with_index.map { |(k, v), i| [k, v, i] }
puts "done" if __FILE__ == $PROGRAM_NAME || true
print "a", "b", 1, nil, "\n"
puts nil.to_a.inspect, [nil].to_s, :sym.to_proc.call("x") rescue puts "err #{$!.class}"
p [1, "1", :a, nil, true, 1.0, 1..2, [], {}].map { |v| v.class.name }, [1, 2, 3].include?(2), (1..3) === 2, Integer === 1, /a/ === "cat", :a === :a
p "snake_case_word".split("_").map.with_index { |w, i| i.zero? ? w : w.capitalize }.join, "CamelCase".gsub(/([a-z])([A-Z])/, '\1_\2').downcase, "a-b".tr("-", "_").to_sym, "%08b" % 37, "title case".split.map(&:capitalize) * " "
puts "héllo wörld".upcase, "日本".center(10, "*"), "tab\tq".inspect, 'sq #{x}', "a\u00e9".bytes.size, "\x41", ?a, "a".."c", "abc".sum
p __method__, self.to_s, self.class, defined?(foo), [*"a".."c"], [*1..2, *[3]], { **{ a: 1 }, b: 2 }, "a".then { _1 + "b" }, 5.then { |n| n + 1 }, Array(nil), Array("a"), Array([1]), [[1, 2], [3]].sum([]), %i[a b].map(&:to_proc).map { |q| q.call("x") rescue :nope }
p 1.0.to_s, 1e3.to_i, 10 ** 3, 2 ** 64, 0.1 + 0.2, 1_000.to_s.rjust(6, "0"), 12.to_s(2), 255.to_s(16).upcase, "0b11".to_i(0), 3.7 % 1 > 0.69, 10.divmod(3), -5.abs, 5.pred, 3.14.truncate, 1234567.89.round(-2), 100.digits
