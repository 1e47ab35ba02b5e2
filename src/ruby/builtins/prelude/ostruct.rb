class OpenStruct
  def initialize(hash = nil)
    @table = {}
    hash&.each_pair { |key, value| @table[key.to_sym] = value }
  end

  def initialize_copy(other)
    @table = other.to_h
  end

  def [](name)
    @table[name.to_sym]
  end

  def []=(name, value)
    raise FrozenError, "can't modify frozen OpenStruct: #{inspect}" if frozen?
    @table[name.to_sym] = value
  end

  def to_h(&block)
    block ? @table.to_h(&block) : @table.dup
  end

  def each_pair(&block)
    return to_enum(:each_pair) unless block
    @table.each_pair(&block)
    self
  end

  def dig(name, *rest)
    @table.dig(name.to_sym, *rest)
  end

  def delete_field(name)
    key = name.to_sym
    unless @table.key?(key)
      return yield if block_given?
      raise NameError, "no field `#{name}' in #{inspect}"
    end
    @table.delete(key)
  end

  def respond_to_missing?(name, all = false)
    @table.key?(name.to_s.chomp("=").to_sym) || super
  end

  def method_missing(name, *args)
    text = name.to_s
    if text.end_with?("=")
      raise FrozenError, "can't modify frozen OpenStruct: #{inspect}" if frozen?
      @table[text.chomp("=").to_sym] = args.first
    elsif args.empty?
      @table[name]
    else
      super
    end
  end

  %i[name id type method test format display hash class_name zip count first min max sum size].each do |field|
    next unless method_defined?(field)
    define_method(field) { |*args| @table.key?(field) ? @table[field] : super(*args) }
  end

  def ==(other)
    other.is_a?(OpenStruct) && to_h == other.to_h
  end

  def eql?(other)
    self == other
  end

  def inspect
    fields = @table.map { |key, value| " #{key}=#{value.inspect}" }.join(",")
    "#<#{self.class}#{fields}>"
  end
  alias to_s inspect
end
