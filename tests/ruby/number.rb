p 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.divmod(2), -7.divmod(2), 7.fdiv(2), 7.remainder(-3), 2**10, 2**-1, 2**100, 10.pow(3, 7), -2.abs, 5.clamp(1, 3)
p 1.5 + 1, 0.1 + 0.2, 1e20, 1e15, 1e16, 1.0, 100.0, 1e-4, 1e-5, 123456789.123456789, 1.0 / 3, 2.0**0.5, -0.0, 1e100, 5e-324
p 3.7.to_i, 3.7.round, 3.2.ceil, 3.7.floor, -3.7.truncate, 3.14159.round(2), 1234.round(-2), 2.5.round, 3.5.round, -2.5.round, 2.675.round(2), 1e3.to_i, 0.5.round, 1.5.round, 15.round(-1), 25.round(-1)
p 10.to_s(2), 255.to_s(16), "z".to_i(36), 3.zero?, 0.zero?, 5.positive?, -5.negative?, 4.even?, 4.odd?, 10.gcd(4), 10.lcm(4), 10.digits, 5.bit_length, 65.chr
p 1 <=> 2, 1 == 1.0, 1.eql?(1.0), 1.equal?(1), 1.hash == 1.0.hash, 3.between?(1, 5), 5.pred, 5.succ, 1.0.nan?, (0.0 / 0.0).nan?, 1 / 0.0, -1 / 0.0
p 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 10, 1024 >> 3, -1 >> 1, 5[0], 5[1]
p 10.times.to_a.sum, 3.times.map { |i| i }, 1.upto(3).to_a, 3.downto(1).to_a, 1.step(10, 3).to_a, 1.0.step(2.0, 0.5).to_a, 10.step(1, -3).to_a
p 12345678901234567890, 12345678901234567890 * 98765432109876543210, (2**64).class, 2**64 - 2**64 + 1, -(2**70), (2**70) / (2**68), (2**70) % 1000, 100.digits.sum
p Integer("42"), Integer("0x1f", 16), Integer("0b11", 2), Integer("0o17"), Integer("  42  "), Float("3.5"), Integer("ff", 16), Integer(3.99), Integer("1_000")
%w[abc 1.5 12x].each do |t|
  begin
    Integer(t)
  rescue ArgumentError => e
    puts e.message
  end
end
begin
  Integer(nil)
rescue TypeError => e
  puts e.message
end
p Integer("x", exception: false), Float("x", exception: false), "12".to_r, 0.75.to_r, 3.to_r, 1/3r, 3.14.rationalize(Rational(1, 100)).class
begin
  1 / 0
rescue ZeroDivisionError => e
  puts e.message
end
begin
  1 + nil
rescue TypeError => e
  puts e.message
end
begin
  1 + "a"
rescue TypeError => e
  puts e.message
end
begin
  [1] + nil
rescue TypeError => e
  puts e.message
end
begin
  "a" + 1
rescue TypeError => e
  puts e.message
end
begin
  nil + 1
rescue NoMethodError => e
  puts e.message
end
p Math.sqrt(16), Math::PI.round(5), Math.hypot(3, 4), Math.log(Math::E), Math.log2(8), Math.log10(1000), Math.cbrt(27), Integer.sqrt(17)
p 1_000_000, 0b1010, 0o17, 0xff, 1e3, 1r, 3.7 % 1, -3.7 % 1, 6.0.divmod(4), 2 ** 0.5, 4 ** 0.5, 10.0.to_s, 1.23e-7.to_s
p rand.class, rand(10).class, rand(1..1), [1, 2, 3].sample.class, [1, 2, 3].shuffle.length, Random.rand(3).class, Random.new(42).rand(1.0).class
p 3.14.to_s, 3.0.to_i, 3.99.to_i, -3.99.to_i, 1e2.to_i, 12.34.divmod(5), 1.1 + 2.2, 3.3.floor(1), 3.35.ceil(1), 0.1 * 3, 1.15.round(1), 1.25.round(1), 1.35.round(1)
p (1..10).sum, (1..10).step(3).to_a, (1...10).size, ("a".."e").to_a, (1..).first(2), (1..nil).size, (1..10) === 5, (1..10).include?(11), ("a".."z").cover?("m"), (1..3).to_a.reverse, (0.5..2.5).include?(1)
p (1..3).inspect, (1...3).to_s, (1..).inspect, (..3).inspect, ("a".."c").inspect, (1..3).each_slice(2).to_a, (3..1).to_a, (1..3).reduce(:*), 1.step(by: 2).first(3), (1..2).frozen?
p 10.0.floor, 1.9.to_r.class, 5.0 == 5, 5.eql?(5.0), 1.0.eql?(1.0), 3.coerce(2.5), 1.coerce(2), 0b11.to_s(2).rjust(8, "0"), 1234567.to_s.reverse.scan(/\d{1,3}/).join(",").reverse
