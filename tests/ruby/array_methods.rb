# One assertion a line: the value, or the class and message of the error.
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

t { [1, 2, 3][1] }
t { [1, 2, 3][-1] }
t { [1, 2, 3][5] }
t { [1, 2, 3][1..] }
t { [1, 2, 3][3..] }
t { [1, 2, 3][4..] }
t { [1, 2, 3][0, 2] }
t { [1, 2, 3][-2..] }
t { [1, 2, 3][..-2] }
t { [1, 2, 3]["a"] }
t { [1, 2, 3][nil] }
t { [1, 2, 3][1.7] }
t { [1, 2, 3].fetch(1) }
t { [1, 2, 3].fetch(9) }
t { [1, 2, 3].fetch(-9) }
t { [1, 2, 3].fetch(9, :d) }
t { [1, 2, 3].fetch(9) { |i| i * 2 } }
t { [1, 2, 3].dig(0) }
t { [[1, [2]]].dig(0, 1, 0) }
t { [1].dig(0, 1) }
t { [1, 2, 3].first }
t { [1, 2, 3].first(2) }
t { [].first }
t { [1].first(-1) }
t { [1, 2, 3].last(2) }
t { [1, 2, 3].values_at(0, 2, 5, -1) }
t { [1, 2, 3].take(2) }
t { [1, 2, 3].drop(1) }
t { [1, 2, 3].take_while { |x| x < 3 } }
t { [1, 2, 3].drop_while { |x| x < 2 } }
t { a = [1]; a << 2 << 3 }
t { a = [1]; a.push(2, 3) }
t { a = [1]; a.append(4) }
t { a = [1, 2]; [a.pop, a] }
t { a = [1, 2, 3]; [a.pop(2), a] }
t { a = [1, 2]; [a.shift, a] }
t { a = [1, 2, 3]; [a.shift(2), a] }
t { a = [1]; a.unshift(0, 5) }
t { a = [1]; a.prepend(0) }
t { a = [1, 2]; a.insert(1, :a, :b) }
t { a = [1, 2]; a.insert(-2, :a) }
t { a = [1, 2]; a.insert(4, :a) }
t { a = [1]; a[3] = 4; a }
t { a = [1, 2, 3]; a[0..1] = [9]; a }
t { a = [1, 2, 3]; a[0, 2] = []; a }
t { a = [1, 2, 3]; a[-5] = 1 }
t { a = [1, 2, 3]; a[1..] = 7; a }
t { [1, 2] + [3] }
t { [1, 2] + nil }
t { [1, 2] + 3 }
t { [1, 2, 2, 3] - [2] }
t { [1, 2] * 2 }
t { [1, 2] * "," }
t { [1, 2] & [2, 3] }
t { [1, 2] | [2, 3] }
t { [1, 2] <=> [1, 3] }
t { [1, 2] <=> [1] }
t { [1, 2] == [1, 2.0] }
t { [1, 2].eql?([1, 2.0]) }
t { [3, 1, 2].sort }
t { [3, 1, 2].sort { |a, b| b <=> a } }
t { [3, "a"].sort }
t { [nil, 1].sort }
t { ["b", "a"].sort.reverse }
t { [3, 1, 2].sort_by { |x| -x } }
t { [[2, "b"], [1, "a"]].sort }
t { %w[bb a ccc].sort_by(&:size) }
t { %w[bb a ccc].sort_by { |s| [-s.size, s] } }
t { %w[bb a ccc].min_by(&:size) }
t { %w[bb a ccc].max_by(&:size) }
t { %w[bb a ccc].max_by(2, &:size) }
t { [3, 1, 2].min }
t { [3, 1, 2].max(2) }
t { [3, 1, 2].minmax }
t { [].max }
t { [].sum }
t { [1, 2.5].sum }
t { [0.1, 0.2, 0.3].sum }
t { [0.1] * 3 }
t { ["a", "b"].sum("") }
t { ["a", "b"].sum }
t { [[1], [2]].sum([]) }
t { [1, 2, 3].inject(:+) }
t { [1, 2, 3].inject(10) { |s, x| s + x } }
t { [1, 2, 3].reduce(2, :*) }
t { [].inject(:+) }
t { [1, 2, 3].each_with_object([]) { |x, acc| acc << x * 2 } }
t { [1, 2, 3].each_with_index.map { |x, i| x * i } }
t { [1, 2, 3].map.with_index(1) { |x, i| [i, x] } }
t { [1, 2, 3].each.with_index(1).to_a }
t { [1, 2, 3].each_with_index.to_a }
t { [1, 2, 3].each_slice(2).to_a }
t { [1, 2, 3].each_cons(2).to_a }
t { [1, 2, 3].each_slice(2).map(&:sum) }
t { [1, 2, 3].each_slice(0) }
t { [1, 2, 3].cycle.first(5) }
t { [1, 2, 3].cycle(2).to_a }
t { [1, 2, 3].zip([4, 5, 6], [7, 8]) }
t { [1, 2].product([3, 4]) }
t { [1, 2, 3].combination(2).to_a }
t { [1, 2, 3].permutation(2).count }
t { [1, 2, 3].each_entry.to_a }
t { [[1, 2], [3, 4]].transpose }
t { [[1, 2], [3]].transpose }
t { [1, [2, [3, [4]]]].flatten }
t { [1, [2, [3, [4]]]].flatten(1) }
t { [[1, 2], [3]].flat_map { |x| x } }
t { [1, nil, 2, nil].compact }
t { [1, 1, 2].uniq }
t { %w[a A b].uniq(&:downcase) }
t { [1, 2, 3, 4].partition(&:even?) }
t { [1, 2, 3, 4].group_by(&:odd?) }
t { %w[a b a].tally }
t { [1, 2, 4, 5, 7].slice_when { |a, b| b != a + 1 }.to_a }
t { [1, 2, 4, 5, 7].chunk_while { |a, b| b == a + 1 }.to_a }
t { [1, 1, 2, 3, 3].chunk(&:odd?).to_a }
t { [1, 2, 3].select(&:odd?) }
t { [1, 2, 3].filter { |x| x > 1 } }
t { [1, 2, 3].reject(&:odd?) }
t { [1, 2, 3].filter_map { |x| x * 2 if x.odd? } }
t { [1, 2, 3].find { |x| x > 1 } }
t { [1, 2, 3].detect { |x| x > 5 } }
t { [1, 2, 3].find_index(2) }
t { [1, 2, 3].index { |x| x > 1 } }
t { [1, 2, 1].rindex(1) }
t { [1, 2, 3].find_all(&:odd?) }
t { [1, 2, 3].any? }
t { [nil].any? }
t { [1, 2].any?(2) }
t { ["a"].any?(/a/) }
t { [1, 2].all?(Integer) }
t { [].all? }
t { [].none? }
t { [1, nil].one? }
t { [1, 2, 3].count }
t { [1, 2, 3].count(2) }
t { [1, 2, 3].count(&:odd?) }
t { [1, 2, 3].include?(2) }
t { [1, 2, 3].member?(9) }
t { [1, 2, 3].length }
t { [1, 2, 3].empty? }
t { [1, 2, 3].reverse }
t { [1, 2, 3].rotate }
t { [1, 2, 3].rotate(-1) }
t { [1, 2, 3].join }
t { [1, 2, 3].join("-") }
t { [1, [2, [3]]].join(",") }
t { [nil, true, :a].join(",") }
t { [1].join(1) }
t { [1, 2, 3].to_a }
t { [[1, 2], [3, 4]].to_h }
t { [1, 2].to_h { |x| [x, x * 2] } }
t { [1, 2].to_h }
t { [[1, 2, 3]].to_h }
t { a = [1, 2, 3]; a.delete(2); a }
t { a = [1, 2, 3]; a.delete(9) { :none } }
t { a = [1, 2, 3]; [a.delete_at(1), a] }
t { a = [1, 2, 3]; a.delete_if(&:odd?) }
t { a = [1, 2, 3]; a.reject!(&:zero?) }
t { a = [1, 2, 3]; a.select!(&:odd?); a }
t { a = [1, 2, 3]; a.keep_if(&:odd?) }
t { a = [1, 2, 3]; a.map! { |x| x * 2 }; a }
t { a = [3, 1]; a.sort!; a }
t { a = [1, 1]; a.uniq! ; a.uniq! }
t { a = [1, nil]; a.compact!; a.compact! }
t { a = [1, 2, 3]; a.slice!(0, 2); a }
t { a = [1, 2]; a.concat([3], [4]) }
t { a = [1, 2]; a.replace([9]); a }
t { a = [1, 2]; a.clear }
t { a = [1, 2]; a.fill(0) }
t { a = [1, 2, 3]; a.fill { |i| i * i } }
t { a = [1, 2, 3]; a.fill(9, 1, 1) }
t { Array.new(3) }
t { Array.new(2, 0) }
t { Array.new(3) { |i| i * 2 } }
t { Array.new([1]) }
t { Array.new(-1) }
t { Array.new("a") }
t { Array(nil) }
t { Array(1) }
t { Array([1]) }
t { Array(1..3) }
t { Array({ a: 1 }) }
t { Array("a\nb") }
t { [1, 2, 3].assoc(2) }
t { [[1, :a], [2, :b]].assoc(2) }
t { [[1, :a], [2, :b]].rassoc(:b) }
t { [1, 2, 3].sample.class }
t { [1, 2, 3].shuffle.sort }
t { [1, 2, 3].shuffle(random: Random.new(1)).sort }
t { [1, 2, 3].bsearch { |x| x >= 2 } }
t { [1, 2, 3].pack("C*") }
t { [1, 2, 3].inspect }
t { [1, "a", :b, nil, 2.0, [], {}].to_s }
t { [1, 2, 3].hash == [1, 2, 3].hash }
t { [1, 2].frozen? }
t { [1, 2].freeze << 3 }
t { [1, 2].freeze.map! { 1 } }
t { CONST = %w[a b].freeze; CONST << "c" }
t { [1, 2, 3].none? { |x| x > 3 } }
t { [1, 2, 3].sum { |x| x * 2 } }
t { [1, 2, 3, 4].each_slice(2).to_h }
t { [3, 5, 2].each_with_index.max }
t { [3, 5, 2].each_with_index.min_by { |x, _| x } }
t { [1, 2, 3].lazy.map { |x| x * 2 }.first(2) }
t { [1, 2, 3].lazy }
t { [1, 2, 3].each }
t { [1, 2, 3].map }
t { [1, 2, 3].each_slice(2) }
t { [1, 2, 3].each_with_index }
t { [4, 5].each_with_index { |x, i| print x, i } }
t { [1, 2, 3].step }
t { [1, 2].nope }
t { [1, 2].first("a") }
t { [1, 2].take(-1) }
t { [[1, [2, 3]]].each { |a, (b, c)| print a, b, c } }
t { [[1, 2], [3, 4]].map { |a, b| a + b } }
t { [[1, 2], [3, 4]].map { |a| a } }
t { [[1, 2], [3, 4]].each_with_index.map { |(a, b), i| a + b + i } }
t { [[1, { a: 2 }]].each { |n, h| print n, h[:a] } }
t { [1, 2, 3].intersect?([3]) }
t { [1, 2].union([3], [4]) }
t { [1, 2].difference([1]) }
t { [1, 2].intersection([1, 3]) }
t { [1, 2, 3].inject { |a, b| a * b } }
t { a, *b = [1, 2, 3]; [a, b] }
t { *a, b = [1, 2, 3]; [a, b] }
t { a, (b, *c), d = 1, [2, 3, 4], 5; [a, b, c, d] }
t { a, b = 1; [a, b] }
t { a, b = b, a; [a, b] }
t { [*1..3, *[4]] }
t { [*nil, *"a"] }
t { [1, 2, 3] in [Integer, *] }
t { %w[x y z].each_with_index.to_h }
t { %w[x y].each_with_index.to_h { |x, i| [x.to_sym, i] } }
t { (1..3).zip(4..6) }
t { [1, 2, 3].each_entry { |x| print x } }
t { [1, 2, 3, 4, 5].minmax_by { |x| (x - 3).abs } }
t { ["1", "2"].map(&method(:Integer)) }
t { [[3, 1], [2]].map(&:sort) }
t { [1, 2, 3].sum.fdiv(3).round(2) }
t { ["a", nil, "b"].compact.map(&:upcase) }
t { [1, 2, 3].then { |a, *| a } }
t { [0.5, 1].max }
t { ["10", "9"].max }
t { ["10", "9"].max_by(&:to_i) }
t { [1, 2, 3, 4, 5, 6].each_slice(3).with_index.map { |s, i| s[i] } }
t { [2, 1].minmax.reverse }
t { [1, 2, 2, 3].chunk_while(&:==).map(&:size) }
t { [1, 2, 3].zip([1, 2, 3]).all? { |a, b| a == b } }
t { a = [1, 2, 3]; a.each { |x| a.delete(x) if x == 1 }; a }
t { a = []; a[2] ||= 5; a }
t { a = [[1]]; a[0] += [2]; a }
t { a = [1, 2]; b = a; b << 3; a }
t { a = Array.new(2, []); a[0] << 1; a }
t { [1, 2, 3].find_index { |x| x == 9 } }
t { [1, 2] <=> 3 }
t { [1, 2, 3].dup.push(4).size }
t { %w[a b c].each_cons(2).map(&:join) }
t { [3, 1, 2].sort.reverse!.first }
t { [1, 2, 3].delete_if { |x| x == 2 }.size }
t { [:a, "b", 1].map(&:to_s) }
t { [1, 2, 3].inject(:nope) }
t { [1, "a"].sum }
t { [1, "a"].max }
t { [1, 2, 3].each_with_object({}) { |i, h| h["n#{i}"] = i } }
t { [1, 2, 3].reverse_each.to_a }
t { [1, 2, 3].reverse_each.with_index.to_a }
t { [1, 2, 3].filter_map.with_index { |x, i| x if i > 0 } }
t { [1, 2, 3].each.next }
t { e = [1, 2].each; e.next; e.next; e.next }
t { e = [1, 2].each; [e.next, e.peek, e.next] }
t { e = [1, 2].each; loop { e.next }; :done }
t { [1, 2, 3].product }
t { [1, 2, 3, 4].each_slice(2).include?([1, 2]) }
t { [1, 2, 3].sum { |x| x.to_f } }
t { [1] in [x]; x }
t { [nil, false].compact }
t { [[], [1]].reject(&:empty?) }
t { [1, 2, 3].at(-1) }
t { [1, 2, 3].slice(0..1) }
t { [1, 2, 3].sort.first.clamp(2, 5) }
t { ["b", "B", "a"].sort }
t { ["b", "B", "a"].sort_by(&:downcase) }
t { ["b", "B", "a"].sort(&:casecmp) }
t { [1, 2, 3].each_index.to_a }
t { [1, 2, 3].flatten! }
t { [1, [2]].flatten! }
t { [3, 1].sort_by! { |x| x } }
t { [true, false].map(&:!) }
t { [1, 2, 3].values_at(0..1) }
t { [1, 2, 3].take(2).push(*[4, 5]) }
t { [1, 2] .each do |x| x end }
t { [%w[a 1], %w[b 2]].each_with_object({}) { |(k, v), h| h[k] = v } }
t { [1, 2, 3].entries }
t { [3, 4].each_with_index.map { |x, i| "#{i}:#{x}" }.join(" ") }
