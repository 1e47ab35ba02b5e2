class IPAddr
  include Comparable

  class Error < ArgumentError
  end
  class InvalidAddressError < Error
  end
  class AddressFamilyError < Error
  end
  class InvalidPrefixError < InvalidAddressError
  end

  attr_reader :family_bits

  def self.new_ntoh(number)
    new(number, 2)
  end

  def initialize(address = "::", family = nil)
    if address.is_a?(Integer)
      @bits = family == 10 ? 128 : 32
      @number = address
      @prefix = @bits
      return
    end
    text, mask = address.to_s.split("/", 2)
    text = text.to_s.delete_prefix("[").delete_suffix("]")
    text = text.split("%").first.to_s
    if text.include?(":")
      @bits = 128
      @number = parse6(text, address)
    else
      @bits = 32
      @number = parse4(text, address)
    end
    @prefix = mask ? prefix_of(mask, address) : @bits
    @number = (@number >> (@bits - @prefix)) << (@bits - @prefix)
  end

  def parse4(text, whole)
    parts = text.split(".", -1)
    fine = parts.size == 4 && parts.all? { |part| part.match?(/\A\d{1,3}\z/) && part.to_i < 256 && (part == "0" || !part.start_with?("0")) }
    raise InvalidAddressError, "invalid address: #{whole}" unless fine
    parts.inject(0) { |number, part| number << 8 | part.to_i }
  end
  private :parse4

  def parse6(text, whole)
    if text =~ /\A(.*:)(\d+\.\d+\.\d+\.\d+)\z/
      four = parse4($2, whole)
      text = "#{$1}#{(four >> 16).to_s(16)}:#{(four & 0xffff).to_s(16)}"
    end
    head, tail = text.split("::", 2)
    left = head.to_s.split(":")
    right = tail.to_s.split(":")
    gap = 8 - left.size - right.size
    fine = text.include?("::") ? gap >= 0 : left.size == 8
    groups = left + ["0"] * (text.include?("::") ? gap : 0) + right
    fine &&= groups.all? { |group| group.match?(/\A\h{1,4}\z/) }
    raise InvalidAddressError, "invalid address: #{whole}" unless fine
    groups.inject(0) { |number, group| number << 16 | group.to_i(16) }
  end
  private :parse6

  def prefix_of(mask, whole)
    if mask.match?(/\A\d+\z/)
      raise InvalidPrefixError, "invalid length: #{whole}" if mask.to_i > @bits
      return mask.to_i
    end
    number = mask.include?(":") ? parse6(mask, whole) : parse4(mask, whole)
    number.to_s(2).count("1")
  end
  private :prefix_of

  def ipv4?
    @bits == 32
  end

  def ipv6?
    @bits == 128
  end

  def family
    ipv4? ? 2 : 10
  end

  def to_i
    @number
  end

  attr_reader :prefix

  def netmask
    number = ((1 << @bits) - 1) ^ ((1 << (@bits - @prefix)) - 1)
    IPAddr.new(number, family).to_s
  end

  def mask(length)
    IPAddr.new("#{self}/#{length}")
  end

  def to_s
    return [24, 16, 8, 0].map { |shift| (@number >> shift) & 255 }.join(".") if ipv4?
    groups = (0..7).map { |at| ((@number >> (112 - at * 16)) & 0xffff).to_s(16) }
    text = groups.join(":")
    runs = text.scan(/(?:\A|(?<=:))0(?::0)+(?=:|\z)/)
    longest = runs.max_by(&:length)
    return text unless longest
    text.sub(/(\A|:)#{longest}(:|\z)/, "::")
  end

  def to_string
    return to_s if ipv4?
    (0..7).map { |at| format("%04x", (@number >> (112 - at * 16)) & 0xffff) }.join(":")
  end

  def to_range
    last = @number | ((1 << (@bits - @prefix)) - 1)
    IPAddr.new(@number, family)..IPAddr.new(last, family)
  end

  def include?(other)
    other = IPAddr.new(other) if other.is_a?(String)
    return false unless other.family == family
    (other.to_i >> (@bits - @prefix)) == (@number >> (@bits - @prefix))
  end
  alias === include?

  def succ
    IPAddr.new(@number + 1, family)
  end

  def +(other)
    IPAddr.new(@number + other, family)
  end

  def -(other)
    IPAddr.new(@number - other, family)
  end

  def |(other)
    IPAddr.new(@number | other.to_i, family)
  end

  def &(other)
    IPAddr.new(@number & other.to_i, family)
  end

  def <=>(other)
    other = IPAddr.new(other) if other.is_a?(String)
    other.is_a?(IPAddr) ? @number <=> other.to_i : nil
  end

  def ==(other)
    other = IPAddr.new(other) if other.is_a?(String)
    other.is_a?(IPAddr) && family == other.family && @number == other.to_i
  rescue InvalidAddressError
    false
  end
  alias eql? ==

  def hash
    @number.hash
  end

  def private?
    return @number >> 25 == 0x7e if ipv6?
    @number >> 24 == 10 || @number >> 20 == 0xac1 || @number >> 16 == 0xc0a8
  end

  def loopback?
    ipv4? ? @number >> 24 == 127 : @number == 1
  end

  def link_local?
    ipv4? ? @number >> 16 == 0xa9fe : @number >> 118 == 0x3fa
  end

  def reverse
    to_s.split(".").reverse.join(".") + ".in-addr.arpa"
  end

  def hton
    ipv4? ? [@number].pack("N") : [@number >> 96, @number >> 64 & 0xffffffff, @number >> 32 & 0xffffffff, @number & 0xffffffff].pack("N4")
  end

  def inspect
    kind = ipv4? ? "IPv4" : "IPv6"
    "#<IPAddr: #{kind}:#{to_string}/#{ipv4? ? netmask : IPAddr.new(((1 << 128) - 1) ^ ((1 << (128 - @prefix)) - 1), 10).to_string}>"
  end
end
