a = [3, 1, 2]
p a.sort, a.max, a.min, a.sum, a.reverse, a.first, a.last, a.first(2), a.last(2), a.length, a.include?(2), a.index(1)
p a.map { |x| x * 2 }, a.select(&:odd?), a.reject(&:odd?), a.inject(:+), a.inject { |m, x| m * x }, a.reduce(10) { |m, x| m + x }
p a.each_with_index.map { |x, i| [i, x] }, a.each_with_object([]) { |x, acc| acc << x }, a.zip([4, 5, 6]), a.partition { |x| x > 1 }
p a.sort_by { |x| -x }, a.min_by { |x| (x - 2).abs }, a.group_by(&:odd?), a.each_slice(2).to_a, a.each_cons(2).to_a, a.tally
p [1, [2, [3, nil]]].flatten, [1, [2, [3]]].flatten(1), [nil, 1, false].compact, [1, 1, 2].uniq, [[1, 2], [3, 4]].transpose, [[1, 2], [3, 4]].to_h
p a + [9], a - [1], a & [1, 2], a | [7], a * 2, a * ",", a <=> [3, 1, 3], a == [3, 1, 2]
p a[0], a[-1], a[1..], a[0, 2], a[5], a[1..-1], a.values_at(0, 2, 5), a.fetch(0), a.fetch(9, :d), a.dig(0), a.at(1)
b = a.dup
b << 4
b.push(5, 6)
b.unshift(0)
b.insert(2, :x)
p b, b.pop, b.shift, b.delete(:x), b.delete_at(0), b
b[6] = 9
p b
b[1..2] = [:a, :b, :c]
p b, b.compact!, b.compact!, b.clear, b.empty?
p (1..10).each_slice(3).map(&:sum), [1, 2, 3, 4].each_with_index.select { |x, i| i.even? }.map(&:first)
p [3, 1].minmax, %w[a b c].each_with_index.to_a, %w[x y].cycle.first(5), [1, 2, 3].cycle(2).to_a
p [1, 2, 3].combination(2).to_a, [1, 2, 3].permutation(2).count, [1, 2].product([3, 4]), [1, 2, 3].rotate, [1, 2, 3].rotate(-1)
p [1, 2, 3, 4, 5].take_while { |x| x < 3 }, [1, 2, 3].drop_while { |x| x < 2 }, [1, 2, 3].take(2), [1, 2, 3].drop(1)
p %w[apple pie].map(&:length), %w[a b].join("-"), [1, [2, [3]]].join(","), [1, nil, "a", :b, 2.5].inspect, [nil, true].to_s
p [1, 2, 3].any? { |x| x > 2 }, [1, 2, 3].all?(Integer), [].none?, [1].one?, [1, 2, 4].find { |x| x > 1 }, [1, 2].count(&:even?)
p [3, 1, 2].sort { |x, y| y <=> x }, [[2, "b"], [1, "a"]].sort, %w[b A c].sort_by(&:downcase), [0.1, 0.2, 0.3].sum, [1, 2.5].sum
p [1, 2, 3].each_entry.to_a, [4, 5].each_with_index.to_h { |x, i| [x, i] }, [1, 2, 3].filter_map { |x| x * 2 if x.odd? }, [[1, [2]], [3]].flat_map { |x| x }
p Array.new(3), Array.new(2, 0), Array.new(3) { |i| i * i }, Array(nil), Array([1]), Array(1..3), Array("a"), Array({ a: 1 })
x, (y, *z), w = 1, [2, 3, 4], 5
p x, y, z, w
first, *rest = [1, 2, 3]
p first, rest
*init, last = [1, 2, 3]
p init, last
a, b = b, a
p a, b
c = [1, 2, 3, 4, 5, 6]
p c.slice!(1, 2), c, c.reject! { |v| v > 100 }, c.select! { |v| v > 1 }, c.map! { |v| v + 1 }, c.fill(0), c.delete_if { |v| v == 0 }
p [1, 2, 3, 4].chunk_while { |i, j| j == i + 1 }.to_a, [1, 2, 4, 5].slice_when { |i, j| j != i + 1 }.to_a, [1, 1, 2].chunk { |v| v.odd? }.to_a
p [1, 2, 3].lazy.map { |v| v * 2 }.select(&:even?).first(2), (1..Float::INFINITY).lazy.select(&:even?).map { |v| v * v }.first(3)
p [5, 3].frozen?, [1, 2].freeze.frozen?, [1, 2].eql?([1, 2]), [1, 2].hash == [1, 2].hash, [[1, 2], [3]].sum([])
p [1, 2, 3].to_a.equal?([1, 2, 3]), ["a", "b"].each_with_index.map { |s, i| s * (i + 1) }, [1, 2, 3, 4].each_slice(2).to_h
begin
  [1].fetch(5)
rescue IndexError => e
  puts e.message
end
begin
  [1, "a"].sort
rescue ArgumentError => e
  puts e.message
end
begin
  [1].freeze << 2
rescue => e
  puts e.class, e.message
end
p [1, 2, 3].bsearch { |v| v >= 2 }, [3, 5].pack("C*"), [1, 2] <=> [1, 3], [[3, :c], [1, :a]].min, %w[aa b].max_by(&:size), [1, 2, 3, 4].sum { |v| v.to_f }
p [nil, 2].first, [].first, [].last(2), [].sum, [].max, [].inject(:+), [1, 2, 3].first(0), ["x"].product
p %i[a b], %w[a#{1} b], %W[a#{1} b], [*1..3, *[4]], [1, *nil, 2]
