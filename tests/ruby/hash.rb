h = { a: 1, "b" => 2, 3 => [4], nil => nil, 1.5 => :x }
p h, h[:a], h["b"], h[3], h[:zz], h.keys, h.values, h.length, h.key?(:a), h.value?(2), h.key(2), h.fetch(:a), h.fetch(:q, 0), h.fetch(:q) { |k| k.to_s }
h2 = { b: 2, a: 1, c: 3 }
p h2.map { |k, v| [k, v] }, h2.select { |k, v| v > 1 }, h2.reject { |k, v| v > 1 }, h2.min_by { |k, v| v }, h2.sort_by { |k, v| v }, h2.sort.to_h, h2.to_a
p h2.each_with_index.map { |(k, v), i| [k, v, i] }, h2.each_with_object({}) { |(k, v), acc| acc[v] = k }, h2.inject(0) { |s, (k, v)| s + v }, h2.sum { |k, v| v }
p h2.transform_values { |v| v * 10 }, h2.transform_keys(&:to_s), h2.invert, h2.merge({ a: 9, d: 4 }), h2.merge({ a: 9 }) { |k, o, n| o + n }, h2.group_by { |k, v| v.odd? }
p h2.any? { |k, v| v > 2 }, h2.all? { |k, v| v > 0 }, h2.find { |k, v| v == 2 }, h2.count, h2.count { |k, v| v > 1 }, h2.partition { |k, v| v > 1 }, h2.filter_map { |k, v| k if v > 1 }
p h2.slice(:a, :zz), h2.except(:a), h2.dig(:a), { a: { b: [1, { c: 2 }] } }.dig(:a, :b, 1, :c), h2.first, h2.first(2), h2.min_by(2) { |k, v| v }, h2.sum { |_, v| v }
h2[:z] = 26
h2.delete(:a)
h2.store(:y, 25)
p h2, h2.delete(:nope), h2.delete(:nope) { |k| "no #{k}" }, h2.shift, h2, h2.to_a.flatten, h2.length
d = Hash.new { |hash, k| hash[k] = k * 2 }
p d[2], d, Hash.new(5)[:x], d.default, Hash.new(5).default, d.key?(9), d.fetch(2)
c = Hash.new(0)
"hello".each_char { |ch| c[ch] += 1 }
p c, c.sort_by { |k, v| [-v, k] }, c.max_by { |_, v| v }, c.values.sum, c.key(2)
n = Hash.new { |hh, kk| hh[kk] = Hash.new(0) }
n[:a][:b] += 1
p n
p({ a: 1 } == { a: 1 }, { a: 1 }.eql?({ a: 1.0 }), { a: 1, b: 2 } == { b: 2, a: 1 }, { a: nil }.compact, {}.empty?, { a: 1 }.to_a, Hash[[[1, 2]]], [[:k, 1]].to_h)
p h2.each { |k, v| print k, v }, h2.each_pair { |k, v| print v }, h2.each_key.to_a, h2.each_value.map { |v| v + 1 }
puts
x = 1
y = 2
p({ x:, y: }, { "a b": 1, "c": 2 }, { :+ => 1, a?: 2 }, { if: 1, class: 2 })
def kw(a, b = 2, *r, k: 1, **o)
  [a, b, r, k, o]
end
p kw(1), kw(1, k: 5), kw(1, 2, 3, z: 9), kw({ q: 1 }), kw(*[1, 2], **{ k: 3 })
begin
  { a: 1 }.fetch(:b)
rescue KeyError => e
  puts e.message, e.key.inspect, e.receiver.inspect
end
begin
  { a: 1 }.freeze[:b] = 2
rescue => e
  puts e.class, e.message
end
p h2.filter_map { |k, v| k }, h2.reduce { |a, b| a + b }, h2.each_slice(1).to_a, h2.zip([1]), h2.flat_map { |k, v| [k] * 2 }, h2.sort { |a, b| b[1] <=> a[1] }
s = { "one" => 1 }
k = "key"
s[k] = 2
k << "x"
p s, s.keys.last.frozen?, s.sum { |kk, v| v }, s.find { |kk, v| v == 2 }, s.to_h { |kk, v| [kk.to_sym, v] }, s.map { |kk, v| "#{kk}=#{v}" }.join("&")
p s.update("one" => 11), s.merge!("t" => 3) { 0 }, s.select! { |_, v| v > 2 }, s.reject! { |_, v| v > 100 }, s.keep_if { true }, s.clear
p({ a: 1 }.merge({ b: 2 }, { c: 3 }), { a: { x: 1 } }.merge({ a: { y: 2 } }), { b: 1, a: 2 }.min, { a: 1 }.inspect, { a: 1 }.to_s, { 1 => { 2 => 3 } })
a = { k: 1 }
a[:self] = a
p a
p({ a: 2, b: 1 }.sort_by(&:last).first, { a: 1 }.any?, {}.any?, { a: 1 } >= { a: 1 }, { a: 1 } <= { a: 1, b: 2 }, { a: 1 }.compare_by_identity.class)
