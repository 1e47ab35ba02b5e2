# One assertion a line: the value, or the class and message of the error.
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

H = { a: 1, "b" => 2, 3 => nil }.freeze
t { H }
t { H[:a] }
t { H["a"] }
t { H.fetch(:a) }
t { H.fetch(:z) }
t { H.fetch("z") }
t { H.fetch(:z, 0) }
t { H.fetch(:z) { |k| k.to_s } }
t { H.key?(:a) }
t { H.has_key?("b") }
t { H.include?(3) }
t { H.member?(4) }
t { H.value?(2) }
t { H.has_value?(9) }
t { H.key(2) }
t { H.keys }
t { H.values }
t { H.values_at(:a, :q) }
t { H.fetch_values(:a) }
t { H.fetch_values(:q) }
t { H.length }
t { H.empty? }
t { H.to_a }
t { H.dig(:a) }
t { { a: { b: { c: 1 } } }.dig(:a, :b, :c) }
t { { a: { b: [1, 2] } }.dig(:a, :b, 1) }
t { { a: 1 }.dig(:a, :b) }
t { { a: nil }.dig(:a, :b) }
t { H[:new] = 1 }
t { H.delete(:a) }
t { h = { a: 1 }; h[:b] = 2; h }
t { h = { a: 1 }; h.store("c", 3); h }
t { h = { a: 1 }; [h.delete(:a), h.delete(:z), h] }
t { h = { a: 1 }; h.delete(:z) { |k| "no #{k}" } }
t { h = { a: 1, b: 2 }; h.delete_if { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.reject { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.select { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.filter { |k| k == :a } }
t { h = { a: 1, b: 2 }; h.filter_map { |k, v| k if v > 1 } }
t { h = { a: 1, b: 2 }; h.keep_if { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.select! { |k, v| v > 0 } }
t { h = { a: 1, b: 2 }; h.partition { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.find { |k, v| v == 2 } }
t { h = { a: 1, b: 2 }; h.map { |k, v| [k, v * 2] }.to_h }
t { h = { a: 1, b: 2 }; h.to_h { |k, v| [k.to_s, v] } }
t { h = { a: 1, b: 2 }; h.map { |pair| pair } }
t { h = { a: 1, b: 2 }; h.flat_map { |k, v| [k] * v } }
t { h = { a: 1, b: 2 }; h.each { |k, v| print k, v } }
t { h = { a: 1, b: 2 }; h.each { |pair| print pair.inspect } }
t { h = { a: 1, b: 2 }; h.each_pair { |k, v| print k, v } }
t { h = { a: 1, b: 2 }; h.each_key { |k| print k } }
t { h = { a: 1, b: 2 }; h.each_value { |k| print k } }
t { h = { a: 1, b: 2 }; h.each_with_index { |(k, v), i| print k, v, i } }
t { h = { a: 1, b: 2 }; h.each_with_index.map { |(k, v), i| [k, i] } }
t { h = { a: 1, b: 2 }; h.each_with_object([]) { |(k, v), acc| acc << k } }
t { h = { a: 1, b: 2 }; h.inject(0) { |s, (k, v)| s + v } }
t { h = { a: 1, b: 2 }; h.sum { |k, v| v } }
t { h = { a: 1, b: 2 }; h.count { |k, v| v.odd? } }
t { h = { a: 1, b: 2 }; h.any? { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.all? { |k, v| v > 1 } }
t { h = { a: 1, b: 2 }; h.none? }
t { h = { a: 1, b: 2 }; h.sort_by { |k, v| -v } }
t { h = { a: 1, b: 2 }; h.min_by { |k, v| v } }
t { h = { a: 1, b: 2 }; h.max_by { |k, v| v } }
t { h = { b: 1, a: 2 }; h.sort }
t { h = { b: 1, a: 2 }; h.sort.to_h }
t { h = { b: 1, a: 2 }; h.group_by { |k, v| v.odd? } }
t { h = { a: 1, b: 2 }; h.each_slice(1).to_a }
t { h = { a: 1, b: 2 }; h.zip([1, 2]) }
t { h = { a: 1, b: 2 }; h.first }
t { h = { a: 1, b: 2 }; h.first(1) }
t { h = { a: 1, b: 2 }; h.reduce { |a, b| a + b } }
t { h = { a: 1, b: 2 }; h.invert }
t { h = { a: 1, b: 2 }; h.transform_values { |v| v * 2 } }
t { h = { a: 1, b: 2 }; h.transform_values(&:to_s) }
t { h = { a: 1, b: 2 }; h.transform_keys(&:to_s) }
t { h = { a: 1, b: 2 }; h.transform_keys(a: :z) }
t { h = { a: 1, b: 2 }; h.transform_keys!(&:to_s); h }
t { h = { a: 1, b: 2 }; h.merge(b: 3, c: 4) }
t { h = { a: 1, b: 2 }; h.merge({ b: 3 }) { |k, o, n| o + n } }
t { h = { a: 1, b: 2 }; h.merge({ b: 3 }, { c: 1 }) }
t { h = { a: 1, b: 2 }; h.merge }
t { h = { a: 1 }; h.merge!(b: 3); h }
t { h = { a: 1 }; h.update(b: 3) { 9 }; h }
t { h = { a: 1 }; h.merge(nil) }
t { h = { a: 1 }; h.merge([[:b, 1]]) }
t { h = { a: 1 }; h.replace({ z: 1 }); h }
t { h = { a: 1 }; h.clear }
t { { a: 1, b: 2 }.slice(:a, :z) }
t { { a: 1, b: 2 }.except(:a) }
t { { a: 1, b: nil }.compact }
t { { a: 1, b: 2 }.filter_map { |k, v| "#{k}=#{v}" }.join("&") }
t { { a: 1 }.to_s }
t { { "a b": 1, "c" => :d, nil => 1.5, [1] => { x: 1 } }.inspect }
t { { a?: 1, b!: 2, C: 3, "d-e": 4, "=": 5, if: 6 }.inspect }
t { { "a": 1 } }
t { x = 1; y = 2; { x:, y: } }
t { { **{ a: 1 }, b: 2 } }
t { { a: 1, **{ a: 2 } } }
t { Hash.new(0)[:x] }
t { h = Hash.new(0); h[:a] += 1; h }
t { h = Hash.new { |hash, k| hash[k] = [] }; h[:a] << 1; h }
t { h = Hash.new { |hash, k| hash[k] = Hash.new(&hash.default_proc) }; h[:a][:b][:c] = 1; h }
t { h = Hash.new { |hash, k| "#{k}!" }; [h[:a], h.size, h.fetch(:a, 0)] }
t { h = Hash.new([]); h[:a] << 1; [h, h[:b]] }
t { Hash.new(1) { 2 } }
t { Hash.new(5).default }
t { h = {}; h.default = 7; h[:a] }
t { h = {}; h.default_proc = ->(hash, k) { k }; h[:a] }
t { Hash[[[1, 2]]] }
t { Hash[1, 2, 3, 4] }
t { Hash[1, 2, 3] }
t { Hash({ a: 1 }) }
t { Hash(nil) }
t { Hash([[1, 2]]) }
t { Hash(1) }
t { %w[a b].zip([1, 2]).to_h }
t { { a: 1 } == { a: 1.0 } }
t { { a: 1, b: 2 } == { b: 2, a: 1 } }
t { { a: 1 }.eql?({ a: 1 }) }
t { { a: 1 } <= { a: 1, b: 2 } }
t { { a: 1, b: 2 } > { a: 1 } }
t { { a: 1 }.hash == { a: 1 }.hash }
t { { 1 => :a }[1.0] }
t { { "a" => 1 }.key?(:a) }
t { h = { a: 1 }; h.each { h[:a] = 2 }; h }
t { { a: 1, b: 2 }.min_by(2) { |k, v| v } }
t { { a: 2, b: 1 }.sort_by(&:last).first }
t { { a: 2, b: 1 }.sort_by { |_, v| v }.map(&:first) }
t { { a: 2, b: 1 }.sum { _2 } }
t { { a: [1, 2] }.flat_map { |k, vs| vs.map { |v| [k, v] } } }
t { h = { a: 1 }; h.shift }
t { {}.shift }
t { h = { a: 1, b: 2 }; h.assoc(:b) }
t { h = { a: 1, b: 2 }; h.rassoc(2) }
t { h = { a: { b: 1 } }; h[:a][:c] = 2; h }
t { h = { a: { b: 1 } }; h[:x][:c] = 2 }
t { h = { "vm" => { "cpus" => 2 } }; h["vm"]["cpus"] || 1 }
t { h = { "vm" => {} }; h["vm"]["cpus"] || 1 }
t { h = { "vm" => nil }; h["vm"]["cpus"] }
t { h = { "vm" => nil }; h["vm"]&.[]("cpus") }
t { h = { a: 1 }; h[:b] ||= 5; h[:a] ||= 9; h }
t { h = { a: 1 }; h[:a] &&= 5; h }
t { h = {}; (h[:list] ||= []) << 1; h }
t { h = { a: 1 }; h => { a: }; a }
t { h = { a: 1, b: 2 }; case h; in { a: Integer => x, **rest } then [x, rest]; end }
t { h = { name: "x", opts: { cpu: 2 } }; h in { opts: { cpu: Integer => c } }; c }
t { { a: 1 }.nope }
t { { a: 1 }.a }
t { { a: 1 }.fetch }
t { { a: 1 }.frozen? }
t { { a: 1 }.freeze.merge!(b: 1) }
t { { a: 1 }.freeze.merge(b: 1) }
t { { a: 1 }.dup.merge!(b: 1) }
t { { a: 1 }.to_a.flatten }
t { { b: 1, a: 2 }.keys.sort }
t { { b: 1, a: 2 }.min }
t { { a: 1 }.each_entry.to_a }
t { { a: 1 }.each }
t { { a: 1 }.each_with_index.to_a }
t { { a: 1 }.lazy.map { |k, v| v }.to_a }
t { { a: 1 }.is_a?(Enumerable) }
t { { a: 1 }.entries }
t { { a: 1, b: 2 }.reject! { false } }
t { { a: 1, b: 2 }.compact! }
t { { a: 1 }.compare_by_identity.class }
t { { a: 1 }.filter_map { |k, v| v }.first }
t { { a: 1 }.then { |h| h[:a] } }
t { def kw(a:, b: 2, **r) = [a, b, r]; kw(**{ a: 1, c: 3 }) }
t { kw }
t { kw(b: 1) }
t { kw(1) }
t { kw({ a: 1 }) }
t { kw("a" => 1, a: 2) }
t { def kw2(a:) = a; kw2(a: 1, z: 2) }
t { kw2(a: 1, z: 2, y: 3) }
t { def opt(a, o = {}) = [a, o]; opt(1, x: 2) }
t { opt(1, { x: 2 }) }
t { opt(1) }
t { opt }
t { opt(1, 2, 3) }
t { def opt2(*args, **o, &b) = [args, o]; opt2(1, { a: 1 }) }
t { opt2(1, a: 1) }
t { opt2(*[1, { a: 1 }]) }
t { h = { a: 1 }; opt2(h) }
t { h = { a: 1 }; opt2(**h) }
t { opt2("a" => 1) }
t { opt2(**{}) }
t { { a: 1 }.any? }
t { {}.any? }
t { { a: nil }.any? { |k, v| v } }
t { {}.sum }
t { {}.max_by { |k, v| v } }
t { {}.inspect }
t { { 1 => 2 }.key(2) }
t { { a: 1 }.find { |k, v| v == 3 } }
t { { a: 1 }.each_with_object({}) { |(k, v), h| h[v] = k } }
t { { "x" => 1 }.map { |k, v| [k.to_sym, v] }.to_h }
t { { "x" => 1 }.inject({}) { |memo, (k, v)| memo[k.to_sym] = v; memo } }
t { { "x" => 1 }.each_with_object({}) { |(k, v), memo| memo[k.to_sym] = v } }
t { { "x" => { "y" => 1 } }.to_a }
t { { a: 1, b: 2 }.to_a.transpose }
t { { a: 1 }.dig }
t { h = { a: 1, b: 2, c: 3 }; h.delete(:b); h[:b] = 4; h }
t { a = { a: 1 }; b = a.clone; b[:a] = 2; a }
t { a = { a: [1] }; b = a.dup; b[:a] << 2; a }
t { Marshal.load(Marshal.dump({ a: [1] })) }
t { { a: 1 }.merge({ "a" => 2 }) }
t { { a: { x: 1 } }.merge({ a: { y: 2 } }) { |_, o, n| o.merge(n) } }
t { deep = proc { |_, o, n| Hash === o && Hash === n ? o.merge(n, &deep) : n }; { a: { b: { c: 1, d: 2 } } }.merge({ a: { b: { c: 3 } } }, &deep) }
t { { a: 1 }.sum { |k, v| v.to_f } }
t { { a: 1, b: 2 }.each_cons(2).to_a }
t { { a: 1, b: 2 }.tally }
t { { a: 1, b: 2 }.cycle.first(3) }
t { { a: 1, b: 2 }.each_slice(2).map(&:to_h) }
t { { a: 1, b: 2 }.minmax_by { |k, v| v } }
t { { a: 1, b: 2 }.uniq { |k, v| v % 1 } }
t { { a: 1, b: 2 }.take(1) }
t { { a: 1, b: 2 }.drop(1) }
t { { a: 1, b: 2 }.take_while { |k, v| v < 2 } }
t { { a: 1, b: 2 }.include?([:a, 1]) }
t { { a: 1, b: 2 }.find_index([:b, 2]) }
t { { a: 1, b: 2 }.reverse_each.to_a }
t { { a: 1, b: 2 }.each_entry.map(&:first) }
t { { b: 1, a: 2 }.sort { |(ak, _), (bk, _)| ak <=> bk } }
t { { b: 1, a: 2 }.max }
t { { b: 1, a: 2 }.detect { |k, _| k == :a }&.last }
t { ENV.class }
t { ENV["ROVE_NO_SUCH_NAME"] }
t { ENV.fetch("ROVE_NO_SUCH_NAME") }
t { ENV.fetch("ROVE_NO_SUCH_NAME", "dflt") }
t { ENV.fetch("ROVE_NO_SUCH_NAME") { |n| n.downcase } }
t { ENV["ROVE_T"] = "1"; ENV["ROVE_T"] }
t { ENV["ROVE_T"].frozen? }
t { ENV["ROVE_T"] = 1 }
t { ENV[:ROVE_T] }
t { ENV.key?("ROVE_T") }
t { ENV.delete("ROVE_T") }
t { ENV["ROVE_T"] ||= "y" }
t { ENV["ROVE_T"] = nil; ENV["ROVE_T"] }
t { ENV.to_h.class }
t { ENV.inspect.class }
t { ENV.select { |k, v| k == "ROVE_Q" } }
t { Integer(ENV["ROVE_T"] || 8192) }
t { ENV["ROVE_NO_SUCH_NAME"].to_s.empty? }
t { (ENV["ROVE_NO_SUCH_NAME"] || "4").to_i }
t { ENV.fetch("ROVE_NO_SUCH_NAME", 2).to_i }
