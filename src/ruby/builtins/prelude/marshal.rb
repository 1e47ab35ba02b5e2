# Marshal serves to copy deeply; what it writes can only be read here.
module Marshal
  def self.dump(object)
    text = +"\x04\b"
    text.instance_variable_set(:@object, copy(object, {}.compare_by_identity))
    text
  end

  def self.load(text)
    raise TypeError, "instance of IO needed" unless text.is_a?(String)
    unless text.instance_variable_defined?(:@object)
      raise ArgumentError, "marshal data too short"
    end
    copy(text.instance_variable_get(:@object), {}.compare_by_identity)
  end

  def self.copy(object, seen)
    return seen[object] if seen.key?(object)
    case object
    when nil, true, false, Numeric, Symbol, Module, Range, Regexp then object
    when Proc, Method, IO
      raise TypeError, "no _dump_data is defined for class #{object.class}"
    when Array
      made = object.dup.clear
      seen[object] = made
      object.each { |item| made << copy(item, seen) }
      made
    when Hash
      raise TypeError, "can't dump hash with default proc" if object.default_proc
      made = object.dup.clear
      seen[object] = made
      object.each { |key, value| made[copy(key, seen)] = copy(value, seen) }
      made
    else
      made = object.dup
      seen[object] = made
      object.each_pair { |key, value| made[key] = copy(value, seen) } if object.is_a?(Struct)
      object.instance_variables.each do |name|
        made.instance_variable_set(name, copy(object.instance_variable_get(name), seen))
      end
      made
    end
  end
  private_class_method :copy
end
