require "set"
class Animal
  attr_accessor :name
  attr_reader :age
  @@count = 0
  KINDS = %w[dog cat].freeze
  class << self
    attr_accessor :registry
    def build(*args) = new(*args)
  end
  self.registry = []

  def initialize(name, age = 1)
    @name = name
    @age = age
    @@count += 1
    self.class.registry&.push(self)
  end

  def self.count
    @@count
  end

  def to_s
    "#{self.class.name}(#{@name})"
  end

  def <=>(other)
    age <=> other.age
  end
  include Comparable

  def speak
    "..."
  end

  protected def secret = 42
  def compare_secret(other) = other.secret == secret

  private

  def hidden
    "hidden"
  end
end

class Dog < Animal
  def initialize(name, age = 2, tricks: [])
    super(name, age)
    @tricks = tricks
  end

  def speak
    super + "Woof"
  end

  def method_missing(name, *args, &block)
    if name.to_s.start_with?("do_")
      "#{@name} does #{name.to_s.sub('do_', '')} #{args.inspect}"
    else
      super
    end
  end

  def respond_to_missing?(name, priv = false) = name.to_s.start_with?("do_") || super
end

a = Animal.new("Generic")
d = Dog.new("Rex", 5, tricks: [:sit])
puts a, d, d.speak, Animal.count, d.do_roll(1, 2), d.respond_to?(:do_x), d.respond_to?(:other), Dog.superclass, Dog.ancestors.first(3).inspect
p d > a, [d, a].min.name, d.clamp(a, d).name, d.is_a?(Animal), Dog < Animal, Animal <= Animal, d.instance_of?(Animal), Animal === d, d.class, d.compare_secret(a)
begin
  d.hidden
rescue NoMethodError => e
  puts e.message.sub(/0x\h+/, "0x")[0, 40]
end
begin
  d.secret
rescue NoMethodError => e
  puts e.message[0, 35]
end
begin
  nil.foo
rescue NoMethodError => e
  puts e.message
end
begin
  undefined_thing
rescue NameError => e
  puts e.message, e.name.inspect
end
begin
  Undefined::Thing
rescue NameError => e
  puts e.message
end
p d.instance_variables, d.instance_variable_get(:@tricks), d.send(:hidden), Animal.instance_methods(false).sort
module Greet
  def self.included(base)
    base.extend(ClassMethods)
  end

  module ClassMethods
    def greeting(text = nil)
      text ? @greeting = text : @greeting
    end
  end

  def greet = "#{self.class.greeting} #{name}"
end
class Person
  include Greet
  greeting "Hi"
  Point = Struct.new(:x, :y) do
    def dist = Math.sqrt(x * x + y * y)
  end
  attr_writer :mood
  def name = "Bob"
  def ==(other) = other.is_a?(Person)
  alias_method :title, :name
  alias nick name
end
p Person.new.greet, Person.new.title, Person.new.nick, Person::Point.new(3, 4).dist, Person::Point.new(1, 2), Person.new == Person.new, Person.include?(Greet), Person.new != 1
P2 = Struct.new(:a, :b, keyword_init: true)
s = P2.new(a: 1, b: 2)
p s, s.to_h, s.a, s == P2.new(a: 1, b: 2), s.members, P2.members
s.a = 10
p s[:a], s["b"], s[0], s.to_a, s.each.to_a, s.dig(:a)
S3 = Struct.new(:x, :y)
x, y = *S3.new(1, 2)
p x, y, S3.new(1), S3.new(1, 2).eql?(S3.new(1, 2)), { S3.new(1, 2) => 1 }[S3.new(1, 2)]
module Util
  module_function

  def helper(x) = x * 2
  PI2 = 6.28
  class Error < StandardError
    def initialize(msg = "custom default") = super
  end
end
p Util.helper(4), Util::PI2, Util::Error.new.message, Util::Error.ancestors.include?(StandardError)
o = Object.new
def o.single = "singleton"
o.define_singleton_method(:other) { |x = 1| x + 1 }
p o.single, o.other, o.other(5), o.singleton_methods.sort
class << o
  def third = 3
end
p o.third, o.frozen?, o.dup.respond_to?(:single), o.clone.respond_to?(:single)
klass = Class.new(Animal) do
  define_method(:speak) { |loud = false| loud ? "HI" : "hi" }
  const_set(:X, 1)
end
p klass.new("q").speak, klass.new("q").speak(true), klass.name, klass::X
class Integer
  def double = self * 2
end
class String
  def shout = upcase + "!"
end
p 4.double, "hi".shout
class Meta
  %w[a b].each { |n| define_method("get_#{n}") { n } }
  class_eval "def evald; 'evald'; end"
  attr_accessor(*%i[q r])
end
m = Meta.new
p m.get_a, m.get_b, m.evald, m.instance_eval { @z = 5 }, m.instance_variable_get(:@z), Meta.method_defined?(:get_a), m.tap { |t| t.q = 3 }.q
p Object.const_get("Person::Point").name, Person.const_defined?(:Point), Object.const_defined?(:Nope), defined?(Person), defined?(nope), defined?(@x), defined?(puts), defined?(String.new), defined?(yield), defined?(super)
module Pre
  def speak = "pre-" + super
end
Dog.prepend(Pre)
p d.speak, Dog.ancestors.first
class Base
  def self.inherited(sub)
    (@subs ||= []) << sub.name
    super
  end
  def self.subs = @subs
  def template = "#{prefix}-#{suffix}"
  def prefix = "b"
  def suffix = raise(NotImplementedError, "#{self.class} must implement")
end
class Impl < Base
  def suffix = "i"
end
p Base.subs, Impl.new.template
begin
  Base.new.template
rescue NotImplementedError => e
  p e.message
end
p 5.instance_of?(Integer), Integer === 5, Comparable === 3, nil.to_a, nil.to_s, nil.inspect, nil & true, NilClass, true.class, true & false, true ^ true, 5.frozen?, :a.frozen?
p d.method(:speak).owner, d.method(:do_x).call(1), [1, 2].method(:map).unbind.class, method(:puts).arity, d.public_send(:name), d.then { |q| q.name }
begin
  d.public_send(:hidden)
rescue NoMethodError
  puts "private via public_send"
end
obj = Class.new { def initialize; @a = 1; @b = "x"; end }.new
puts obj.inspect.gsub(/0x\h+/, "0x").sub(/#<#<Class:0x>/, "#<Anon")
puts Object.new.to_s.sub(/0x\h+/, "0x")
class Temp
  def each
    yield 1
    yield 2
    yield 3
  end
  include Enumerable
end
p Temp.new.map { |v| v + 1 }, Temp.new.include?(2), Temp.new.sort_by { |v| -v }, Temp.new.first, Temp.new.first(2), Temp.new.reduce(:+), Temp.new.to_a, Temp.new.each_slice(2).to_a, Temp.new.lazy.map { |v| v * 2 }.to_a, Temp.new.min_by { |v| -v }, Temp.new.each_with_index.to_a, Temp.new.to_set.size, Temp.new.each_entry.to_a, Temp.new.zip([1, 2, 3]), Temp.new.inject { |q, v| q * v }
