# One assertion a line: the value, or the class and message of the error.
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

class Point
  attr_accessor :x, :y
  attr_reader :tag
  attr_writer :secret
  include Comparable
  ORIGIN = [0, 0].freeze
  @@count = 0
  @registry = []
  class << self
    attr_reader :registry
    def build(*args, **opts, &blk) = new(*args, **opts, &blk)
    private def hidden = 1
  end

  def self.count = @@count

  def initialize(x = 0, y = 0, tag: nil)
    @x, @y, @tag = x, y, tag
    @@count += 1
    self.class.registry << self if self.class.registry
    yield self if block_given?
  end

  def <=>(other) = [x, y] <=> [other.x, other.y]
  def +(other) = Point.new(x + other.x, y + other.y)
  def -@ = Point.new(-x, -y)
  def [](i) = i.zero? ? x : y
  def []=(i, v)
    i.zero? ? self.x = v : self.y = v
  end
  def to_s = "(#{x}, #{y})"
  def inspect = "#<Point #{x},#{y}>"
  def ==(other) = other.is_a?(Point) && x == other.x && y == other.y
  alias eql? ==
  def hash = [x, y].hash
  def call(a) = "called #{a}"
  def to_proc = ->(v) { v * x }
  def coerce(n) = [Point.new(n, n), self]
  def each
    return to_enum(:each) unless block_given?
    yield x
    yield y
    self
  end
  include Enumerable
  protected def guarded = 1
  private

  def secret_method = 42
end

class Point3 < Point
  attr_accessor :z
  def initialize(x, y, z = 9, **o)
    super(x, y, **o)
    @z = z
  end

  def to_s
    "#{super}+#{z}"
  end

  def method_missing(name, *args, &blk)
    return "ghost #{name} #{args.inspect}" if name.to_s.start_with?("ghost_")
    super
  end

  def respond_to_missing?(name, priv = false) = name.to_s.start_with?("ghost_") || super
end

module Greeting
  PREFIX = "hi"
  def greet = "#{PREFIX} #{name}"
  def self.included(base)
    base.extend(ClassMethods)
  end
  module ClassMethods
    def make(n) = new(n)
  end
end

class Person
  include Greeting
  attr_reader :name
  def initialize(name) = @name = name
end

t { Point.new(1, 2) }
t { Point.new(1, 2).to_s }
t { "#{Point.new(1, 2)}" }
t { Point.build(1, tag: :a).tag }
t { Point.new(1) { |pt| pt.y = 5 } }
t { Point.new(1, 2, 3) }
t { Point.new(1, foo: 2) }
t { Point.new(1, 2) + Point.new(3, 4) }
t { -Point.new(1, 2) }
t { Point.new(1, 2)[1] }
t { pt = Point.new; pt[0] = 7; pt }
t { pt = Point.new; pt.x += 3; pt.y ||= 1; pt }
t { Point.new(1, 2) < Point.new(1, 3) }
t { Point.new(1, 2).clamp(Point.new(2, 2), Point.new(3, 3)) }
t { [Point.new(3, 1), Point.new(1, 2)].min }
t { [Point.new(3, 1), Point.new(1, 2)].sort }
t { Point.new(1, 2) == Point.new(1, 2) }
t { { Point.new(1, 2) => :a }[Point.new(1, 2)] }
t { [Point.new(1, 2), Point.new(1, 2)].uniq.size }
t { Point.new(1, 2).to_a }
t { Point.new(1, 2).map { |v| v * 2 } }
t { Point.new(1, 2).each.next }
t { Point.new(1, 2).include?(2) }
t { Point.new(1, 2).sort_by { |v| -v } }
t { Point.new(3, 2).(1) }
t { [1, 2].map(&Point.new(3)) }
t { Point.new.secret_method }
t { Point.new.send(:secret_method) }
t { Point.new.public_send(:secret_method) }
t { Point.new.guarded }
t { Point.hidden }
t { Point.new.tag = 1 }
t { Point.new.secret }
t { Point::ORIGIN }
t { Point::NOPE }
t { Point.count.class }
t { Point.registry.class }
t { Point3.registry }
t { Point3.new(1, 2).to_s }
t { Point3.new(1) }
t { Point3.new(1, 2).ghost_walk(1) }
t { Point3.new(1, 2).other_walk(1) }
t { Point3.new(1, 2).respond_to?(:ghost_x) }
t { Point3.new(1, 2).method(:ghost_x).call(5) }
t { Point3.superclass }
t { Point3.ancestors.first(4) }
t { Point3.instance_methods(false).sort }
t { Point3.instance_method(:to_s).owner }
t { Point3.new(1, 2).is_a?(Comparable) }
t { Point3 < Point }
t { Point < Point3 }
t { Point <=> Point3 }
t { Point3.name }
t { Point3.to_s }
t { Person.make("bob").greet }
t { Person.include?(Greeting) }
t { Person.new("a").singleton_methods }
t { pr = Person.new("z"); def pr.shout = name.upcase; pr.shout }
t { pr = Person.new("z"); class << pr; def whisper = name; end; pr.singleton_methods }
t { Person.new("z").instance_variables }
t { Person.new("z").instance_variable_get(:@name) }
t { pr = Person.new("z"); pr.instance_variable_set(:@name, "q"); pr.name }
t { Person.new("z").instance_variable_defined?(:@x) }
t { Person.new("z").instance_eval { @name } }
t { Person.class_eval { def extra = "e"; }; Person.new("z").extra }
t { Person.define_method(:dyn) { |a = 1, *r| [name, a, r] }; Person.new("z").dyn(2, 3) }
t { Person.send(:define_method, :dyn2) { name }; Person.new("z").dyn2 }
t { Person.class_exec(5) { |v| v } }
t { Person.instance_method(:greet).bind(Person.new("b")).call }
t { Person.method_defined?(:greet) }
t { Person.const_get(:PREFIX) }
t { Object.const_get("Point::ORIGIN") }
t { Object.const_defined?(:Nope) }
t { Object.const_set(:FRESH, 5); FRESH }
t { Point.remove_method(:nope) }
t { Person.send(:alias_method, :hello, :greet); Person.new("a").hello }
t { Person.send(:undef_method, :hello); Person.new("a").hello }
t { klass = Class.new(Point) { def hi = "hi #{x}" }; klass.new(4).hi }
t { Class.new.new.to_s.sub(/0x\h+/, "") =~ /#<#<Class:>:>/ ? 1 : 0 }
t { Klass = Class.new(StandardError) { def message = "custom" }; raise Klass }
t { Klass.name }
t { Module.new.name }
t { Struct.new(:a, :b).new(1, 2).to_a }
S = Struct.new(:name, :ip, :mem) do
  def label = "#{name}@#{ip}"
  def mem = super || 512
end
K = Struct.new(:a, :b, keyword_init: true)
t { S.new("web", "10.0.0.1") }
t { S.new("web", "10.0.0.1").label }
t { S.new("web").mem }
t { S.new(1, 2, 3, 4) }
t { S.new("web").to_h }
t { S.new("web") == S.new("web") }
t { S.new("web").eql?(S.new("web")) }
t { S.members }
t { S.new("web").members }
t { S.new("web")[:name] }
t { S.new("web")["ip"] }
t { S.new("web")[0] }
t { S.new("web")[9] }
t { S.new("web")[:nope] }
t { s = S.new("web"); s[:ip] = 5; s.ip }
t { s = S.new("web"); s.name = "db"; s }
t { S.new("web").each { |v| print v.inspect } }
t { S.new("web").each_pair.to_a }
t { S.new("web").values }
t { S.new("web").dig(:name) }
t { S.new(*%w[a b c]).to_a }
t { S.new("a", "b", 3).deconstruct }
t { case S.new("a", "b", 3); in [n, i, m]; [n, i, m]; end }
t { case S.new("a", "b", 3); in { name: }; name; end }
t { K.new(a: 1) }
t { K.new(a: 1, b: 2).to_h }
t { K.new(1) }
t { K.new(c: 1) }
t { K.inspect }
t { S.new("b").hash == S.new("b").hash }
t { S.new(1).nope }
t { Struct.new("lower") }
t { S.new("x").to_s }
t { Struct.new(:a) { include Comparable; def <=>(o) = a <=> o.a }.new(1).clamp(nil, nil).a }
t { S.new("a", 2).select { |v| v.is_a?(Integer) } }
t { a, b = *S.new("a", 2); [a, b] }
t { S.new("z").frozen? }
t { S.instance_methods(false).sort.first(3) }

def req(a, b) = [a, b]
def dflt(a, b = a * 2, *c, d, e:, f: e + 1, **g, &h) = [a, b, c, d, e, f, g, h&.call]
def blk = yield(1, 2)
def blk_arity(&b) = [b.arity, b.parameters, b.lambda?]
def early(x)
  return :neg, x if x < 0
  return if x == 0
  :pos
end
def ens
  yield
  :normal
rescue ZeroDivisionError, TypeError => e
  "rescued #{e.class}"
else
  :else_value
ensure
  print "ensure;"
end
def retrying
  n = 0
  begin
    n += 1
    raise "again" if n < 3
    "after #{n}"
  rescue
    retry
  end
end
def fwd(...) = dflt(...)
def anon_block(&) = blk(&)

t { req(1) }
t { req(1, 2, 3) }
t { dflt(1, 2, e: 3) }
t { dflt(1, 2, 3, 4, 5, e: 3, z: 9) { :blk } }
t { dflt(1, 2) }
t { dflt(1, e: 2) }
t { fwd(1, 2, e: 3) }
t { anon_block { |a, b| a + b } }
t { blk { |a| a } }
t { blk { |a, b, c| [a, b, c] } }
t { blk { |*a| a } }
t { blk { |a, *| a } }
t { blk { _1 + _2 } }
t { blk { |a, b = 5, *c, d| [a, b, c, d] } }
t { blk }
t { blk { next 5; 6 } }
t { blk { break 7 } }
t { blk_arity { |a, b = 1, *c, d:, e: 2, **f, &g| } }
t { blk_arity { || } }
t { blk_arity { |a,| } }
t { early(-1) }
t { early(0) }
t { early(1) }
t { ens { 1 } }
t { ens { 1 / 0 } }
t { ens { raise "x" } }
t { ens { Integer([]) } }
t { retrying }
t { x = begin; Integer("z"); rescue ArgumentError; 0; end; x }
t { Integer("z") rescue -1 }
t { raise "msg" }
t { raise ArgumentError }
t { raise ArgumentError, "bad" }
t { raise ArgumentError.new("new") }
t { raise Class.new(StandardError), "anon" rescue $!.message }
t { raise "a" rescue raise "b" }
t { begin; raise "a"; rescue => e; begin; raise "b"; rescue => f; f.cause.message; end; end }
t { raise 5 }
t { raise IOError, "io", caller }
t { fail "failed" }
t { begin; raise KeyError.new("k", receiver: {}, key: :a); rescue KeyError => e; [e.key, e.receiver]; end }
t { begin; raise "x"; rescue => e; [e.full_message(highlight: false).class, e.backtrace.class, e.inspect]; end }
t { e = RuntimeError.new; [e.message, e.inspect, e.backtrace] }
t { e = StandardError.new(nil); e.message }
t { e = StandardError.new(:sym); e.message }
t { e = StandardError.new("a b"); e.inspect }
t { ArgumentError.new.message }
t { StandardError.new("m").exception("n").message }
t { begin; raise "one"; ensure; print "e"; end }
t { begin; exit 3; rescue SystemExit => e; [e.status, e.success?]; end }
t { begin; abort; rescue SystemExit => e; e.status; end }
t { begin; Process.exit(true); rescue SystemExit => e; e.status; end }
t { catch(:done) { 10.times { |i| throw :done, i if i == 3 }; :never } }
t { catch(:done) { :value } }
t { catch { |tag| throw tag, 7 } }
t { throw :nope }
t { throw :nope, 1 }
t { loop { break 5 } }
t { i = 0; loop { i += 1; next if i < 3; break }; i }
t { loop { raise StopIteration, "s" } }
t { i = 0; i += 1 while i < 5; i }
t { i = 0; begin; i += 1; end while i < 0; i }
t { i = 0; i += 1 until i == 4; i }
t { i = 5; until i.zero? do i -= 1 end; i }
t { r = []; for a in 1..3 do r << a end; [r, a] }
t { r = []; for a, b in { x: 1 } do r << [a, b] end; r }
t { r = while true do break "v" end; r }
t { (1..3).each { |i| next if i == 2; print i } }
t { [1, 2, 3].each { |i| break i * 10 if i == 2 } }
t { 3.times.map { |i| redo_done = i } }
t { x = if false then 1 end; x }
t { x = 5; x > 3 ? "big" : "small" }
t { x = 5; "big" if x > 3 unless x > 4 }
t { x = 5; case x when 1..3 then :low when 4..6 then :mid else :high end }
t { x = "str"; case x when Integer then 1 when /^s/ then 2 end }
t { x = 5; case when x < 3 then :a when x > 4 then :b end }
t { x = 5; case x when ->(n) { n > 3 } then :lam end }
t { x = :a; case x when :b, :a then 1 end }
t { x = "a"; arr = %w[a b]; case x when *arr then :in end }
t { case nil when nil then :nil end }
t { case [1, [2, 3]]; in [Integer => a, [b, *c]]; [a, b, c]; end }
t { case { k: "v", n: 1 }; in { k: String => s, **nil }; s; in { n: 1 => one }; one; end }
t { case 5; in 0..3; :lo; in n if n > 4; "n#{n}"; end }
t { case 5; in Integer | Float => n; n; end }
t { case { a: 1 }; in { a: 1 | 2 => v }; v; end }
t { x = 5; case 5; in ^x; :pinned; end }
t { case [1, 2, 3, 4]; in [*, 3, *post]; post; end }
t { case nil; in nil; 1; end }
t { case 7; in String; 1; end }
t { {a: 1} => {b:} }
t { x = [1, 2]; x in [a, b]; a + b }
t { nil.to_a }
t { nil.to_s }
t { nil.to_i }
t { nil.inspect }
t { nil & true }
t { nil || 1 }
t { nil&.foo }
t { nil&.foo.inspect }
t { a = nil; a&.b&.c }
t { nil.foo }
t { true.foo }
t { true & 3 }
t { true ^ true }
t { false | nil }
t { !!nil }
t { not true }
t { 1 and nil }
t { (false or 2) }
t { a = false || true; a }
t { a = (false or true); a }
t { undefined_thing }
t { undefined_call() }
t { self.undefined_call }
t { UndefinedConst }
t { Point::Undefined }
t { @undefined_ivar }
t { $undefined_global }
t { defined?(foo) }
t { defined?(puts) }
t { defined?(String) }
t { defined?(@a) }
t { defined?(a = 1) }
t { defined?(yield) }
t { defined?(super) }
t { defined?(Nope::Thing) }
t { defined?(3 + 3) }
t { defined?($stdout) }
t { defined?(ENV["x"]) }
t { defined?(nil) }
t { __method__ }
t { def mm = __method__; mm }
t { __LINE__ }
t { __dir__.class }
t { [__FILE__].map { |f| File.basename(f) } }
t { binding.local_variables.class }
t { zz = 5; eval("zz + 1") }
t { zz = 5; binding.local_variable_get(:zz) }
t { b = binding; b.local_variable_set(:qq, 3); b.local_variable_defined?(:qq) }
t { begin; eval("1 +"); rescue SyntaxError => e; e.class; end }
t { eval("[1, 2].map { |x| x * 2 }") }
t { instance_eval("self.class") }
t { pr = proc { |a, b| [a, b] }; pr.call(1) }
t { pr = proc { |a, b| [a, b] }; pr.call([1, 2]) }
t { pr = proc { |a| a }; pr.call(1, 2) }
t { pr = lambda { |a, b| [a, b] }; pr.call(1) }
t { pr = ->(a, b = 2) { [a, b] }; pr.(1) }
t { pr = ->(a) { a }; pr[5] }
t { pr = ->(a) { a }; pr === 5 }
t { pr = ->(a) { a }; pr.curry[1] }
t { add = ->(a, b) { a + b }; add.curry[1][2] }
t { f = ->(x) { x + 1 } >> ->(x) { x * 2 }; f.(3) }
t { f = ->(x) { x + 1 } << ->(x) { x * 2 }; f.(3) }
t { m = 5.method(:+); m.call(3) }
t { m = 5.method(:+); (m >> ->(x) { x * 2 }).(1) }
t { %w[1 2].map(&:to_i).map(&2.method(:*)) }
t { :upcase.to_proc.call("a") }
t { [[1, 2]].map { |(a, b)| a + b } }
t { counter = 0; inc = -> { counter += 1 }; 3.times(&inc) rescue 3.times { inc.call }; counter }
t { x = 10; [1].each { |i; x| x = i }; x }
t { x = 10; [1].each { |i| x = i }; x }
t { def gen = return_proc; def return_proc = proc { |a| next a * 2 }; gen.call(4) }
t { def lr = [1, 2].each { |v| return v }; lr }
t { def lm = lambda { return 5 }.call + 1; lm }
t { a = [1, 2, 3]; a.each_with_index do |v, i| a[i] = v * 2 end; a }
t { a, b, *c = *1..5; [a, b, c] }
t { (a, b), c = [1, 2], 3; [a, b, c] }
t { h = { a: 1 }; h[:a], h[:b] = 5, 6; h }
t { a = b = c = 3; [a, b, c] }
t { a = 1; a += 2; a -= 1; a *= 5; a /= 3; a **= 2; a %= 5; a }
t { a = 1; a <<= 3; a |= 1; a &= 0b1001; a ^= 1; a >>= 1; a }
t { a = nil; a ||= 5; a &&= a + 1; a }
t { a = "x"; a += "y"; a <<= "z" rescue a << "z"; a }
t { puts "a", ["b", ["c"]], nil, 1.0; print "a", :b, nil, 1, "\n"; p; p 1, 2 }
t { p }
t { p [1], nil }
t { pp({ a: 1 }) }
t { puts [] }
t { puts [nil] }
t { putc "A" }
t { $stdout.puts "x"; $stdout.print "y"; $stdout.write("z", 1); STDOUT.printf("%d\n", 3) }
t { $stdout << "a" << 1 << "\n"; $stdout.sync = true }
t { $stderr.class }
t { printf("%s-%d\n", "a", 1) }
t { $, }
t { $/ }
t { $; }
t { $0.class }
t { $PROGRAM_NAME.class }
t { ARGV }
t { [$!, $@] }
t { "abc" =~ /b/; [$~[0], $`, $', $&] }
t { "2024-01-15" =~ /(\d+)-(\d+)/; [$1, $2, $3, $+] }
t { if /(?<yr>\d+)-(?<mo>\d+)/ =~ "2024-05" then [yr, mo] end }
t { a = "abc"; b = "abc"; a.object_id == b.object_id }
t { :a.object_id == :a.object_id }
t { nil.object_id }
t { 1.object_id }
t { Object.new.inspect =~ /\A#<Object:0x[0-9a-f]{16}>\z/ }
t { class Foo1; def initialize; @a = 1; @b = "x"; end; end; Foo1.new.inspect.sub(/0x\h+/, "XX") }
t { 5.instance_variables }
t { String.singleton_class.inspect }
t { 5.singleton_class }
t { 5.dup.equal?(5) }
t { Object.new.freeze.frozen? }
t { o = Object.new; o.instance_variable_set(:@a, 1); o.freeze; o.instance_variable_set(:@a, 2) }
t { o = Object.new; o.extend(Comparable); o.is_a?(Comparable) }
t { o = Object.new; o.define_singleton_method(:hi) { |n = 1| "hi#{n}" }; o.hi }
t { Kernel.respond_to?(:puts, true) }
t { Kernel.format("%d", 1) }
t { method(:puts).owner }
t { method(:t).arity }
t { 5.respond_to?(:nope) }
t { 5.methods.include?(:+) }
t { Object.new.method(:nope) }
t { Comparable.instance_method(:clamp).class }
t { [1, 2].frozen? ; [1, 2].instance_of?(Array) }
t { Array === [] && Hash === {} && Symbol === :a && NilClass === nil && Proc === -> {} }
t { 1.instance_of?(Numeric) }
t { Integer.ancestors.include?(Comparable) }
t { module M1; def self.x = 1; X = 2; module_function; def y = 3; end; [M1.x, M1::X, M1.y] }
t { module M1; refine String do; def shout = upcase; end; end; 1 }
t { class String; def shout = upcase + "!"; end; "a".shout }
t { class Integer; def minutes = self * 60; end; 5.minutes }
t { class Hash; def symbolize = map { |k, v| [k.to_sym, v] }.to_h; end; { "a" => 1 }.symbolize }
t { class NilClass; def blank? = true; end; nil.blank? }
t { module Pre; def greet = "pre " + super; end; Person.prepend(Pre); Person.new("x").greet }
t { class Object; def try_it(m) = respond_to?(m) ? send(m) : nil; end; [5.try_it(:succ), 5.try_it(:zzz)] }
t { BasicObject.instance_methods.sort.first(3) }
t { obj = BasicObject.new; obj.inspect }
t { class Cfg; def self.method_missing(n, *a) = "cfg_#{n}"; def self.respond_to_missing?(*) = true; end; Cfg.anything }
t { class Dsl; def initialize(&b) = instance_eval(&b); def set(k, v) = (@h ||= {})[k] = v; attr_reader :h; end; Dsl.new { set :a, 1; set :b, 2 }.h }
t { ObjectSpace.respond_to?(:each_object) }
t { 10.then { |x| x + 1 } }
t { 10.itself }
t { [3, 1].tap { |a| a.sort! } }
t { Object.new.then { 1 } }
t { "x".instance_variable_get(:@nope) }
t { srand(1).class }
t { caller.class }
t { caller_locations(0, 1).first.lineno.class }
t { sleep(0) }
t { rand.between?(0, 1) }
t { Integer.instance_method(:+).class }
t { __LINE__.class }
t { %w[a b].each_with_index do |x, i| print x, i end }
t { ObjectSpace }
t { <<~A + <<~B }
  first #{1 + 1}
    indented
A
  second
B
t { <<-'RAW'.lines.map(&:strip) }
    no #{interp}
    \n here
    RAW
t { [<<~ONE, <<~TWO].map(&:chomp) }
  1
ONE
  2
TWO
t { <<~"Q".gsub("a", "b") % [5] }
  a %d
Q
t { <<~X }
  a

    b
  #{"c"}
	tab
X
