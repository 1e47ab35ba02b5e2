# One assertion a line: the value, or the class and message of the error.
def t
  puts yield.inspect
rescue Exception => e
  puts "#{e.class}: #{e.message.lines.first&.gsub(/0x\h+/, "0x")}"
end

t { 7 / 2 }
t { -7 / 2 }
t { 7 % 3 }
t { -7 % 3 }
t { 7 % -3 }
t { 7.remainder(-3) }
t { -7.remainder(3) }
t { 7.divmod(2) }
t { -7.divmod(2) }
t { 7.5.divmod(2) }
t { 7.fdiv(2) }
t { 7.div(2.0) }
t { 7.modulo(4) }
t { 1 / 0 }
t { 1 % 0 }
t { 1.0 / 0 }
t { -1.0 / 0 }
t { 0.0 / 0 }
t { 1.div(0) }
t { 1.fdiv(0) }
t { 2**10 }
t { 2**-1 }
t { 2**0.5 }
t { 2**100 }
t { (-2)**3 }
t { -2**2 }
t { 10.pow(3, 7) }
t { 0.1 + 0.2 }
t { 1.0 }
t { 1e20 }
t { 1e16 }
t { 1e15 }
t { 123456789.123456789 }
t { 1e-4 }
t { 1e-5 }
t { 1.23e-10 }
t { 100.0.to_s }
t { 1e100 }
t { 2.0 * 3 }
t { 3.7.to_i }
t { -3.7.to_i }
t { 3.7.floor }
t { -3.2.floor }
t { 3.2.ceil }
t { 3.5.round }
t { 2.5.round }
t { -2.5.round }
t { 2.5.round(half: :even) }
t { 2.5.round(half: :down) }
t { 3.14159.round(2) }
t { 1234.round(-2) }
t { 1250.round(-2) }
t { 3.14159.floor(2) }
t { 3.14159.ceil(3) }
t { 1234.floor(-2) }
t { 15.round(-1) }
t { 3.999.truncate(1) }
t { 10.0.round }
t { 10.4.round.class }
t { 1e20.to_i }
t { (0.0 / 0).to_i }
t { Float::INFINITY.to_i }
t { (0.0 / 0).nan? }
t { 1.0.infinite? }
t { (1.0 / 0).infinite? }
t { 1.0.finite? }
t { Float::EPSILON }
t { Float::MAX }
t { Float::MIN }
t { Float::DIG }
t { Float::NAN.inspect }
t { 1.5.to_r }
t { 0.5.rationalize }
t { 1.to_r }
t { Rational(3, 6) }
t { Rational("1/3") }
t { Rational(1.5) }
t { 3r }
t { 1/3r }
t { 1.5r }
t { Rational(1, 3) + 1 }
t { Rational(1, 3) * 1.5 }
t { Rational(7, 2).round }
t { Rational(7, 2).floor }
t { Rational(7, 2).to_f }
t { Rational(1, 3).to_s }
t { Rational(1, 0) }
t { Rational(1, 3) == 1 / 3r }
t { Rational(5).numerator }
t { Complex(1, 2) }
t { Complex(1, 2) * Complex(0, 1) }
t { 3.zero? }
t { 0.zero? }
t { 3.positive? }
t { -3.negative? }
t { 4.even? }
t { 3.odd? }
t { 3.pred }
t { 3.succ }
t { 65.chr }
t { 300.chr }
t { 233.chr("UTF-8") }
t { 5.ord }
t { 255.to_s(16) }
t { 255.to_s(2) }
t { 255.to_s(37) }
t { 1234.digits }
t { -1.digits }
t { 10.bit_length }
t { 5[0] }
t { 6 & 3 }
t { 6 | 3 }
t { 6 ^ 3 }
t { ~6 }
t { 1 << 10 }
t { 1024 >> 3 }
t { 1 << -1 }
t { -1 >> 10 }
t { 10.gcd(4) }
t { 10.lcm(4) }
t { 5.clamp(1, 3) }
t { 5.clamp(..3) }
t { 5.clamp(1..) }
t { 5.clamp(3, 1) }
t { 5.between?(1, 10) }
t { -5.abs }
t { -5.magnitude }
t { 5 <=> 3 }
t { 5 <=> "a" }
t { 5 < "a" }
t { 5 > nil }
t { 5 == "5" }
t { 5 == 5.0 }
t { 5.eql?(5.0) }
t { 5.equal?(5) }
t { 5 + nil }
t { 5 + "1" }
t { 5 * "a" }
t { 5 - [] }
t { 5.0 + nil }
t { nil + 1 }
t { 5.coerce(2.0) }
t { 5.coerce("x") }
t { Integer("12") }
t { Integer("0x1f") }
t { Integer("0b11") }
t { Integer("010") }
t { Integer("12", 8) }
t { Integer("ff", 16) }
t { Integer("1_000") }
t { Integer(" 12 ") }
t { Integer("") }
t { Integer("abc") }
t { Integer("12abc") }
t { Integer("1.5") }
t { Integer(nil) }
t { Integer([]) }
t { Integer(3.99) }
t { Integer("x", exception: false) }
t { Integer(nil, exception: false) }
t { Float("1.5") }
t { Float("1e3") }
t { Float("abc") }
t { Float("") }
t { Float("1.") }
t { Float(nil) }
t { Float("x", exception: false) }
t { Float(3) }
t { 1_000_000 }
t { 0b1010 }
t { 0o17 }
t { 017 }
t { 0xff }
t { 1.size }
t { 1.class }
t { (2**64).class }
t { 12345678901234567890 * 98765432109876543210 }
t { (2**100).to_s.length }
t { 2**64 - 1 }
t { -(2**63) }
t { (2**64) / 3 }
t { (2**64) % 1000 }
t { (2**64).to_f }
t { 10**20 / 10**18 }
t { (10**25).digits.sum }
t { 3.times.to_a }
t { 3.times { |i| print i } }
t { 1.upto(3).to_a }
t { 3.downto(1).to_a }
t { 1.upto(0).to_a }
t { 1.step(10, 3).to_a }
t { 10.step(1, -4).to_a }
t { 1.step(by: 2, to: 5).to_a }
t { 1.0.step(2.0, 0.5).to_a }
t { 1.step(by: 2).first(3) }
t { 1.step(10, 3) }
t { 1.step(3, 0).first(2) }
t { (1..10).step(3).to_a }
t { (1.0..2.0).step(0.5).to_a }
t { ("a".."e").step(2).to_a }
t { (1..10).to_a.sum }
t { (1..10).sum }
t { (1...10).size }
t { (1..).first(3) }
t { (1..nil).size }
t { (..5).include?(3) }
t { (1..10).include?(5.5) }
t { (1..10) === 5 }
t { (1..10).cover?(2..3) }
t { (1..10).min }
t { (1...10).max }
t { (1..0).max }
t { (1..3).reverse_each.to_a }
t { (1..3).each_slice(2).to_a }
t { (1..3).inject(:*) }
t { (1..3).each_with_index.to_a }
t { (1..3).each_with_object([]) { |i, a| a << i } }
t { (1..3).to_a.reverse }
t { (1..3).map { |i| "n#{i}" } }
t { (1..3).each { |i| print i } }
t { (1..3).inspect }
t { (1...3).to_s }
t { (1..3) == (1..3) }
t { (1..3).eql?(1..3) }
t { (1..3).hash == (1..3).hash }
t { (1..3).first }
t { (1..3).last(2) }
t { (1..3).begin }
t { (1..3).end }
t { (1..).end }
t { (1..3).exclude_end? }
t { (1..3).count }
t { (1..3).minmax }
t { (1..3).zip(1..3) }
t { ("a".."c").map(&:upcase) }
t { ("a".."c").each_with_index.to_a }
t { (1..3.5).to_a }
t { (1.5..3).to_a }
t { (1.5..3).include?(2) }
t { ("1".."10").to_a }
t { Range.new(1, 3, true) }
t { Range.new(1, "a") }
t { (nil..nil).inspect }
t { (1..3).frozen? }
t { (1..3).sum { |x| x * 2 } }
t { (1..6).each_cons(2).map(&:sum) }
t { (1..6).partition(&:even?) }
t { (1..6).find { |x| x > 3 } }
t { (1..6).select(&:even?) }
t { (1..6).each_entry.to_a }
t { (1..3).cycle.first(4) }
t { ((1..10) % 3).to_a }
t { (0..1).step(0.25).map { |x| x } }
t { rand(1) }
t { rand(5..5) }
t { rand.class }
t { Random.rand(1) }
t { Random.new(42).rand(100).class }
t { Random.new(42).rand(100) == Random.new(42).rand(100) }
t { Random.new(42).rand(100) }
t { Random.new(1).rand }
t { Random.new(1).bytes(2).size }
t { srand(5); [rand(10), rand(10)] }
t { srand(5); [1, 2, 3, 4].shuffle }
t { srand(5); [1, 2, 3, 4].sample }
t { Math.sqrt(16) }
t { Math::PI }
t { Math.sqrt(-1) }
t { Math.log(8, 2) }
t { Math.log2(8) }
t { Math.log10(1000) }
t { Math.sin(0) }
t { Math.hypot(3, 4) }
t { Math.cbrt(27) }
t { Math.sqrt("a") }
t { Integer.sqrt(17) }
t { 5.nope }
t { 5.upto }
t { 5.then { _1 + 1 } }
t { 5.frozen? }
t { 5.dup }
t { 5.integer? }
t { 5.0.integer? }
t { 5.finite? }
t { 5.numerator }
t { 5.instance_of?(Integer) }
t { Integer === 5 }
t { Numeric === 5.0 }
t { 5.is_a?(Comparable) }
t { Fixnum rescue "gone" }
t { 5.to_s.rjust(3, "0") }
t { "%.1f" % (2048 / 1024.0) }
t { (1024 * 1.5).to_i }
t { 4096 / 1024 }
t { 16 * 1024 * 1024 * 1024 }
t { (3.0).to_s }
t { 3.0.to_i.to_s }
t { 1e3.to_i }
t { 12.34.divmod(5) }
t { 5.7 % 2 }
t { -5.7 % 2 }
t { 2.4.floor + 0.5 }
t { 0.1 * 3 }
t { 1.1 - 1.0 }
t { 1.23456789012345e+25 }
t { 3.0 * 1.1 }
t { 1.0.eql?(1.0) }
t { 1.0.equal?(1.0) }
t { 1.0.hash == 1.0.hash }
t { 3.7 <=> 3 }
t { 3.7.coerce(1) }
t { 1.0.next_float > 1 }
t { -0.0 }
t { 5.ceil(-1) }
t { 5.pred.pred }
t { +5 }
t { -5.abs + +3 }
t { !5 }
t { 5.! }
t { 1.+(2) }
t { 10.fdiv(3).round(3) }
t { 1 <=> nil }
t { [1, 2.0, 3r].sum }
t { 1.0.to_r }
t { 1e2.to_i.digits }
t { 3.14.truncate }
t { 3.14.abs }
t { 100.digits(16) }
t { 0.1 + 0.7 }
t { 4.35 * 100 }
t { 1.15.round(1) }
t { 1.25.round(1) }
t { 1.35.round(1) }
t { 0.5.round }
t { 1.5.round }
t { 5e-324 }
t { 1.7976931348623157e308 * 10 }
t { 9007199254740993.0 }
t { 1e23 }
t { 1e22 }
t { 123e18 }
t { 1234567.891 }
t { 0.00012 }
