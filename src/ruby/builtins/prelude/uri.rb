module URI
  class Error < StandardError
  end
  class InvalidURIError < Error
  end
  class InvalidComponentError < Error
  end

  PORTS = { "http" => 80, "https" => 443, "ftp" => 21, "ssh" => 22, "ldap" => 389 }.freeze

  class Generic
    attr_accessor :scheme, :userinfo, :host, :path, :query, :fragment, :opaque
    attr_writer :port

    def initialize(scheme, userinfo, host, port, path, query, fragment, opaque = nil)
      @scheme = scheme
      @userinfo = userinfo
      @host = host
      @port = port
      @path = path
      @query = query
      @fragment = fragment
      @opaque = opaque
    end

    def port
      @port || default_port
    end

    def default_port
      PORTS[@scheme]
    end

    def user
      @userinfo&.split(":", 2)&.first
    end

    def user=(name)
      @userinfo = [name, password].compact.join(":")
    end

    def password
      @userinfo&.split(":", 2)&.at(1)
    end

    def password=(word)
      @userinfo = "#{user}:#{word}"
    end

    def hostname
      @host&.delete_prefix("[")&.delete_suffix("]")
    end

    def request_uri
      path = @path.empty? ? "/" : @path
      @query ? "#{path}?#{@query}" : path
    end

    def absolute?
      !@scheme.nil?
    end

    def relative?
      @scheme.nil?
    end

    def merge(other)
      other = URI.parse(other.to_s)
      return other if other.absolute?
      path = other.path.start_with?("/") ? other.path : ::File.expand_path(other.path, ::File.dirname("#{@path.empty? ? '/' : @path}x"))
      self.class.new(@scheme, @userinfo, @host, @port, path, other.query, other.fragment)
    end
    alias + merge

    def to_s
      text = +""
      text << "#{@scheme}:" if @scheme
      return text << @opaque if @opaque
      if @host
        text << "//"
        text << "#{@userinfo}@" if @userinfo
        text << @host
        text << ":#{@port}" if @port && @port != default_port
      elsif @scheme == "file"
        text << "//"
      end
      text << @path.to_s
      text << "?#{@query}" if @query
      text << "##{@fragment}" if @fragment
      text
    end

    def inspect
      "#<#{self.class} #{self}>"
    end

    def ==(other)
      other.is_a?(Generic) && to_s == other.to_s
    end
    alias eql? ==

    def hash
      to_s.hash
    end
  end

  class HTTP < Generic
    def self.build(parts)
      scheme = name.split("::").last.downcase
      new(scheme, parts[:userinfo], parts[:host], parts[:port], parts[:path] || "", parts[:query], parts[:fragment])
    end
  end
  class HTTPS < HTTP
  end
  class FTP < Generic
  end
  class File < Generic
  end

  def self.decode_www_form(text)
    text.split("&").map do |pair|
      name, value = pair.split("=", 2)
      [decode_www_form_component(name), decode_www_form_component(value.to_s)]
    end
  end

  def self.regexp(schemes = nil)
    schemes = schemes ? Regexp.union(schemes) : /[A-Za-z][A-Za-z0-9+.-]*/
    /(?:#{schemes}):\S+/
  end

  # What is asked of a parser object.
  module DEFAULT_PARSER
    def self.make_regexp(schemes = nil) = URI.regexp(schemes)
    def self.parse(text) = URI.parse(text)
    def self.escape(text) = URI.encode_www_form_component(text).gsub("+", "%20").gsub("%2F", "/").gsub("%3A", ":")
    def self.unescape(text) = text.gsub(/%\h\h/) { |code| code[1..].hex.chr }.force_encoding("UTF-8")
  end

  def self.open(name, *options, &block)
    OpenURI.open_uri(name, *options, &block)
  end

  def self.parse(text)
    raise InvalidURIError, "bad URI(is not URI?): #{text.inspect}" unless text.is_a?(String) && !text.match?(/[\s<>{}|\\^`]/) && text.ascii_only?
    match = text.match(/\A(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(.*)\z/m)
    scheme = match[1]&.downcase
    rest = match[2]
    kind = { "http" => HTTP, "https" => HTTPS, "ftp" => FTP, "file" => File }.fetch(scheme, Generic)
    return kind.new(scheme, nil, nil, nil, nil, nil, nil, rest) if scheme && !rest.start_with?("/")
    rest, fragment = rest.split("#", 2)
    rest, query = rest.to_s.split("?", 2)
    rest = rest.to_s
    userinfo = host = port = nil
    if rest.start_with?("//")
      place, slash, tail = rest[2..].partition("/")
      rest = slash + tail
      userinfo, place = place.include?("@") ? place.split("@", 2) : [nil, place]
      if (ported = place.match(/\A(.*):(\d*)\z/))
        host = ported[1]
        port = ported[2].empty? ? nil : ported[2].to_i
      else
        host = place
      end
    end
    kind.new(scheme, userinfo, host, port, rest, query, fragment)
  end

  def self.join(base, *rest)
    rest.inject(parse(base.to_s)) { |uri, part| uri.merge(part) }
  end

  def self.split(text)
    uri = parse(text)
    [uri.scheme, uri.userinfo, uri.host, uri.port&.to_s, nil, uri.path, uri.opaque, uri.query, uri.fragment]
  end

  def self.encode_www_form_component(text)
    text.to_s.bytes.map do |byte|
      c = byte.chr
      c == " " ? "+" : c.match?(/[*\-.0-9A-Z_a-z]/) && byte < 128 ? c : format("%%%02X", byte)
    end.join
  end

  def self.decode_www_form_component(text)
    text.tr("+", " ").b.gsub(/%\h\h/) { |code| code[1..].hex.chr }.force_encoding("UTF-8")
  end

  def self.encode_www_form(pairs)
    pairs.map { |key, value| "#{encode_www_form_component(key)}=#{encode_www_form_component(value)}" }.join("&")
  end

  def self.regexp(_schemes = nil)
    %r{[A-Za-z][A-Za-z0-9+.\-]*:[^\s]+}
  end

  def self.extract(text)
    text.scan(regexp)
  end
end

module Kernel
  def URI(text)
    text.is_a?(URI::Generic) ? text : URI.parse(text)
  end
  private :URI
end

module CGI
  def self.escape(text)
    URI.encode_www_form_component(text)
  end

  def self.unescape(text)
    URI.decode_www_form_component(text)
  end

  def self.escapeHTML(text)
    ERB::Util.html_escape(text)
  end

  def self.unescapeHTML(text)
    text.gsub("&lt;", "<").gsub("&gt;", ">").gsub("&quot;", '"').gsub("&#39;", "'").gsub("&amp;", "&")
  end
end
