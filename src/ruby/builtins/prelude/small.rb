# Small libraries of which files use a call or two.

module Abbrev
  def self.abbrev(words, pattern = nil)
    table = {}
    words.each do |word|
      (1..word.length).each do |length|
        short = word[0, length]
        next if pattern && !short.match?(pattern)
        near = words.select { |other| other.start_with?(short) }
        table[short] = word if short == word || near.size == 1
      end
    end
    table
  end
end

module Find
  def self.find(*paths, &block)
    return to_enum(:find, *paths) unless block
    queue = paths.map(&:to_s)
    until queue.empty?
      path = queue.shift
      raise Errno::ENOENT, path unless File.exist?(path)
      catch(:prune) do
        block.call(path)
        next unless File.directory?(path) && !File.symlink?(path)
        queue.unshift(*Dir.children(path).sort.map { |name| File.join(path, name) })
      end
    end
    nil
  end

  def self.prune
    throw :prune
  end
end

module Zlib
  def self.crc32(text = "", crc = 0)
    crc ^= 0xffffffff
    text.each_byte do |byte|
      crc ^= byte
      8.times { crc = crc.odd? ? (crc >> 1) ^ 0xedb88320 : crc >> 1 }
    end
    crc ^ 0xffffffff
  end
end

module TSort
  class Cyclic < StandardError
  end

  def tsort
    sorted = []
    state = {}
    visit = lambda do |node|
      return if state[node] == :done
      raise Cyclic, "topological sort failed: [#{node.inspect}]" if state[node]
      state[node] = :open
      tsort_each_child(node) { |child| visit.call(child) }
      state[node] = :done
      sorted << node
    end
    tsort_each_node { |node| visit.call(node) }
    sorted
  end
end

module OpenSSL
  class OpenSSLError < StandardError
  end

  module SSL
    VERIFY_NONE = 0
    VERIFY_PEER = 1

    class SSLError < OpenSSLError
    end
  end

  module Digest
    def self.new(name)
      ::Digest.const_get(name.upcase.delete("-")).new
    end

    %w[MD5 SHA1 SHA256 SHA384 SHA512].each { |name| const_set(name, ::Digest.const_get(name)) }
  end

  module HMAC
    def self.digest(digest, key, data)
      kind = digest.is_a?(String) ? ::Digest.const_get(digest.upcase) : digest.class
      size = %w[Digest::SHA384 Digest::SHA512].include?(kind.name) ? 128 : 64
      key = kind.digest(key) if key.bytesize > size
      bytes = key.bytes + [0] * (size - key.bytesize)
      inner = bytes.map { |byte| byte ^ 0x36 }.pack("C*")
      outer = bytes.map { |byte| byte ^ 0x5c }.pack("C*")
      kind.digest(outer + kind.digest(inner + data.b))
    end

    def self.hexdigest(digest, key, data)
      digest(digest, key, data).unpack1("H*")
    end
  end
end
