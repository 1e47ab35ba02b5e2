class Set
  include Enumerable

  def self.[](*items)
    new(items)
  end

  def initialize(items = nil, &block)
    @hash = {}
    return if items.nil?
    raise ArgumentError, "value must be enumerable" unless items.respond_to?(:each)
    if block
      items.each { |item| add(block.call(item)) }
    else
      items.each { |item| add(item) }
    end
  end

  def initialize_copy(other)
    @hash = other.to_a.each_with_object({}) { |item, hash| hash[item] = true }
  end

  def add(item)
    raise FrozenError, "can't modify frozen Set: #{inspect}" if frozen?
    @hash[item] = true
    self
  end
  alias << add

  def add?(item)
    include?(item) ? nil : add(item)
  end

  def delete(item)
    raise FrozenError, "can't modify frozen Set: #{inspect}" if frozen?
    @hash.delete(item)
    self
  end

  def delete?(item)
    include?(item) ? delete(item) : nil
  end

  def include?(item)
    @hash.key?(item)
  end
  alias member? include?
  alias === include?
  alias contain? include?

  def each(&block)
    return to_enum(:each) unless block
    @hash.keys.each(&block)
    self
  end

  def size
    @hash.size
  end
  alias length size

  def count(*args, &block)
    return @hash.size if args.empty? && !block
    to_a.count(*args, &block)
  end

  def empty?
    @hash.empty?
  end

  def clear
    @hash.clear
    self
  end

  def to_a
    @hash.keys
  end

  def to_set
    self
  end

  def dup
    self.class.new(to_a)
  end

  def |(other)
    self.class.new(to_a + other.to_a)
  end
  alias + |
  alias union |

  def &(other)
    self.class.new(other.to_a.select { |item| include?(item) })
  end
  alias intersection &

  def -(other)
    list = Set.new(other.to_a)
    self.class.new(to_a.reject { |item| list.include?(item) })
  end
  alias difference -

  def ^(other)
    both = Set.new(other.to_a)
    each { |item| both.add?(item) || both.delete(item) }
    both
  end

  def flatten
    items = to_a.flat_map { |item| item.is_a?(Set) ? item.flatten.to_a : [item] }
    self.class.new(items)
  end

  def merge(*others)
    others.each { |other| other.each { |item| add(item) } }
    self
  end

  def subtract(other)
    other.each { |item| delete(item) }
    self
  end

  def replace(other)
    clear
    merge(other)
  end

  def ==(other)
    other.is_a?(Set) && size == other.size && other.all? { |item| include?(item) }
  end

  def eql?(other)
    self == other
  end

  def hash
    to_a.map(&:hash).sort.hash
  end

  def subset?(other)
    size <= other.size && all? { |item| other.include?(item) }
  end
  alias <= subset?

  def superset?(other)
    other.subset?(self)
  end
  alias >= superset?

  def proper_subset?(other)
    size < other.size && subset?(other)
  end
  alias < proper_subset?

  def proper_superset?(other)
    other.proper_subset?(self)
  end
  alias > proper_superset?

  def <=>(other)
    return nil unless other.is_a?(Set)
    return 0 if self == other
    return -1 if proper_subset?(other)
    return 1 if proper_superset?(other)
    nil
  end

  def disjoint?(other)
    none? { |item| other.include?(item) }
  end

  def intersect?(other)
    !disjoint?(other)
  end

  def map!(&block)
    replace(to_a.map(&block))
  end
  alias collect! map!

  def select!(&block)
    before = size
    keep_if(&block)
    before == size ? nil : self
  end
  alias filter! select!

  def reject!(&block)
    before = size
    delete_if(&block)
    before == size ? nil : self
  end

  def keep_if
    to_a.each { |item| delete(item) unless yield(item) }
    self
  end

  def delete_if
    to_a.each { |item| delete(item) if yield(item) }
    self
  end

  def classify(&block)
    to_a.group_by(&block).transform_values { |items| self.class.new(items) }
  end

  def first(*args)
    to_a.first(*args)
  end

  def join(separator = nil)
    to_a.join(separator)
  end

  def freeze
    @hash.freeze
    super
  end

  def inspect
    "#<Set: {#{to_a.map(&:inspect).join(', ')}}>"
  end
  alias to_s inspect

  def pretty_print(*)
    inspect
  end
end

class SortedSet < Set
  def to_a
    super.sort
  end

  def each(&block)
    to_a.each(&block)
    self
  end
end
