def check(x)
  case x
  when Integer, Float then "number"
  when /^a/ then "a-word #{$~[0]}"
  when "b", "c" then "b or c"
  when nil then "nil"
  when 1..5 then "never"
  when ->(v) { v.respond_to?(:each) } then "enumerable"
  else "other"
  end
end
p check(1), check("abc"), check("b"), check(nil), check([1]), check(:z)
i = 0
while i < 10
  i += 1
  next if i.odd?
  break if i > 6
  print i, " "
end
puts
until i <= 0 do i -= 3 end
p i
begin
  i += 1
end while i < 3
p i
r = [1, 2, 3].each do |v|
  next if v == 1
  break v * 10 if v == 2
end
p r
for a, b in [[1, 2], [3, 4]] do print a + b, " " end
puts
p a
def m
  [1, 2, 3].each { |x| return x if x > 1 }
  nil
end
p m
l = lambda { |x| return x * 2 }
p l.call(3), l.(4), l[5], l.lambda?, proc { |x, y| [x, y] }.call([1, 2]), proc { |x| x }.call(1, 2), l.arity, proc { |x, y| }.arity, ->(*a, b:, c: 1) {}.arity
begin
  l.call
rescue ArgumentError => e
  puts e.message
end
def y1
  return enum_for(:y1) unless block_given?
  yield 1, 2
  yield 3
end
y1 { |a, b| p [a, b] }
p y1.to_a
def opt(a, b = a * 2, *c, d, e: 5, f: b, **g, &h)
  [a, b, c, d, e, f, g, h&.call]
end
p opt(1, 2), opt(1, 2, 3), opt(1, 2, 3, 4, e: 6, z: 1) { :blk }
begin
  opt
rescue ArgumentError => e
  puts e.message
end
def kwreq(a:, b: 2) = [a, b]
[-> { kwreq }, -> { kwreq(a: 1, c: 2) }, -> { kwreq(1) }].each do |f|
  begin
    f.call
  rescue ArgumentError => e
    puts e.message
  end
end
begin
  raise "plain"
rescue => e
  p e.class, e.message, e.backtrace.class
end
class MyErr < StandardError
  def initialize(m = "my default") = super
end
def risky(n)
  raise MyErr if n == 1
  raise MyErr, "given" if n == 2
  raise MyErr.new("obj") if n == 3
  raise ArgumentError if n == 4
  raise "str"
rescue MyErr => e
  "rescued #{e.message}"
rescue ArgumentError, TypeError => e
  "arg #{e.message}"
else
  "else"
ensure
  print "[ensure]"
end
p risky(1), risky(2), risky(3), risky(4)
begin
  risky(5)
rescue RuntimeError => e
  p e.message
end
tries = 0
begin
  tries += 1
  raise "again" if tries < 3
  p tries
rescue
  retry
end
begin
  begin
    raise "inner"
  rescue => e
    raise TypeError, "outer"
  end
rescue => e
  p e.message, e.cause.message
end
p (catch(:done) do
  10.times { |q| throw :done, q if q == 3 }
  :never
end)
begin
  throw :nope
rescue UncaughtThrowError => e
  p e.message
end
p [1, 2].frozen?, (x = 5 if false), x, (true and false), (not true), (nil or 3), (1 if true), (1 unless true)
v = if false then 1 end
p v
z ||= 5
z &&= z + 1
z += 1
h = { a: 1 }
h[:a] += 1
h[:b] ||= 3
p z, h
p [[1, [2, 3]]].map { |q, (w, e)| q + w + e }
p __method__.inspect
def meth = __method__
p meth
case [1, [2, 3]]
in [Integer => q, [w, *e]] if q < 5
  p q, w, e
end
case { name: "Bob", age: 5, extra: 1 }
in { name: String => nm, age: 18.. } then p "adult"
in { name:, **rest } then p name, rest
end
config = { db: { user: "admin", ports: [1, 2] } }
config => { db: { user:, ports: [first, *] } }
p user, first
p((5 in Integer), ("x" in Integer))
case 7
in 0 | 1 then p 1
in Integer | Float => num then p num
end
case [1, 2, 3, 4]
in [*, 3, *post] then p post
end
begin
  case 5
  in String then 1
  end
rescue NoMatchingPatternError => e
  p e.class, e.message
end
exp = 5
case 5
in ^exp then p :pinned
end
p((1..3).each_with_object([]) { |q, acc| acc << q })
p [3, 4].each_with_index.to_a, %w[a b].each.with_index(1).to_a, [1, 2].each.next
e = [1, 2].each
p e.next, e.next
begin
  e.next
rescue StopIteration
  p :stop
end
fib = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }
p fib.take(8), fib.lazy.select(&:even?).first(3), fib.next, fib.next, fib.next, fib.each_with_index.first(2)
puts [1, 2, 3].sum.then { |q| q > 5 ? "big" : "small" }
p (begin; 42; ensure; 7; end)
def multi = return 1, 2
p multi
$glob = 1
def gl = $glob += 1
gl
p $glob
p [1, 2, 3].inject { |a, b| break a if b == 3; a + b }
add = ->(a, b) { a + b }
p add.curry[1][2], (add >> ->(q) { q * 2 }).call(1, 2), %w[1 2].map(&method(:Integer)), [1, 2].map(&:to_s), [[1, 2]].map { _1 + _2 }
p ObjectSpace.class, binding.local_variable_get(:z), eval("z + 1"), binding.local_variables.include?(:z)
BEGIN { puts "begin block" }
printf("%d-%s\n", 1, "a")
$stdout.puts "out"
STDOUT.print "x", "y\n"
$stdout.write("w\n")
puts [1, [2, [nil]]], nil, true
p
p 1, 2
puts "a\n", "b"
print "no newline\n"
puts "caf\u00e9"
i = 10
[1].each { |x; i| i = x }
p i
p defined?(foo), defined?(p), defined?(String), defined?(@a), defined?(a = 1)
def rec(n) = n <= 0 ? 0 : 1 + rec(n - 1)
p rec(1000)
def deep = deep
begin
  deep
rescue SystemStackError => e
  p e.message
end
p [1, 2, 3, 4, 5].each_slice(2).map { |a, b = 0| a + b }
puts "%s" % :sym, "#{:a}#{nil}#{1.0}"
p __FILE__.end_with?("control.rb"), __LINE__
if (n = 5) > 3 then p n end
p (1..20).select { |q| true if (q == 5)..(q == 8) }
a = *1..3
b = *nil
c, = [9, 8]
p a, b, c
def blk(&b) = b
p blk.inspect, blk {}.class, blk(&:upcase).call("a")
p [[1, :a], [2, :b]].each_with_object({}) { |(n, s), acc| acc[s] = n }
