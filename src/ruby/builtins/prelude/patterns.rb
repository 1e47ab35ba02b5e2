module Forwardable
  def def_delegator(target, name, as = name)
    target = target.to_s
    define_method(as) do |*args, **options, &block|
      object = target.start_with?("@") ? instance_variable_get(target) : instance_eval(target)
      object.public_send(name, *args, **options, &block)
    end
    as
  end
  alias def_instance_delegator def_delegator

  def def_delegators(target, *names)
    names.each { |name| def_delegator(target, name) }
  end
  alias def_instance_delegators def_delegators

  def delegate(hash)
    hash.each { |names, target| Array(names).each { |name| def_delegator(target, name) } }
  end
  alias instance_delegate delegate
end

module Singleton
  def self.included(base)
    base.extend(ClassMethods)
    base.private_class_method :new, :allocate
  end

  module ClassMethods
    def instance
      @singleton__instance__ ||= new
    end
  end

  def clone
    raise TypeError, "can't clone instance of singleton #{self.class}"
  end

  def dup
    raise TypeError, "can't dup instance of singleton #{self.class}"
  end
end

class Delegator < BasicObject
end

class SimpleDelegator
  def initialize(object)
    @delegate_object = object
  end

  def __getobj__
    @delegate_object
  end

  def __setobj__(object)
    @delegate_object = object
  end

  def respond_to_missing?(name, all = false)
    @delegate_object.respond_to?(name, all)
  end

  def method_missing(name, *args, **options, &block)
    if @delegate_object.respond_to?(name)
      @delegate_object.public_send(name, *args, **options, &block)
    else
      super
    end
  end

  def ==(other)
    other.equal?(self) || @delegate_object == other
  end

  def to_s = @delegate_object.to_s
  def inspect = @delegate_object.inspect
  def hash = @delegate_object.hash
  def !=(other) = !(self == other)
end

def DelegateClass(_above)
  Class.new(SimpleDelegator)
end

module Observable
  def add_observer(observer, method = :update)
    (@observers ||= {})[observer] = method
  end

  def delete_observer(observer)
    @observers&.delete(observer)
  end

  def changed(state = true)
    @changed = state
  end

  def changed?
    @changed ? true : false
  end

  def count_observers
    (@observers || {}).size
  end

  def notify_observers(*args)
    return unless changed?
    (@observers || {}).each { |observer, method| observer.public_send(method, *args) }
    @changed = false
  end
end
