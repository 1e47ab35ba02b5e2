class Complex < Numeric
  attr_reader :real, :imaginary
  alias imag imaginary

  def self.rect(real, imaginary = 0)
    made = allocate
    made.send(:set, real, imaginary)
    made
  end

  def set(real, imaginary)
    @real = real
    @imaginary = imaginary
  end
  private :set

  def +(other) = Complex.rect(real + part(other).real, imaginary + part(other).imaginary)
  def -(other) = Complex.rect(real - part(other).real, imaginary - part(other).imaginary)

  def *(other)
    other = part(other)
    Complex.rect(real * other.real - imaginary * other.imaginary, real * other.imaginary + imaginary * other.real)
  end

  def part(other) = other.is_a?(Complex) ? other : Complex.rect(other)
  private :part

  def abs = Math.hypot(real, imaginary)
  def conjugate = Complex.rect(real, -imaginary)
  def ==(other) = other.is_a?(Complex) ? real == other.real && imaginary == other.imaginary : imaginary == 0 && real == other
  def to_s = "#{real}#{imaginary.negative? ? '-' : '+'}#{imaginary.abs}i"
  def inspect = "(#{self})"
  def to_c = self
end

module Kernel
  def Complex(real, imaginary = 0)
    Complex.rect(real, imaginary)
  end
  private :Complex
end
