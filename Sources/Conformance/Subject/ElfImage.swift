import Foundation

/// The tables of a shared library, read from its bytes with every offset checked; nothing runs.
///
/// Facts only: unlike the host's reader, which refuses at the first fault, this one lets every check
/// see the whole file.
struct ElfImage: Sendable {
  struct Section: Sendable {
    let name: String
    let kind: UInt32
    let flags: UInt64
    let address: UInt64
    let offset: Int
    let size: Int
    let link: Int
  }
  struct Segment: Sendable {
    let kind: UInt32
    /// 1 execute, 2 write, 4 read.
    let flags: UInt32
    let address: UInt64
    let offset: Int
    let fileSize: Int
    let memorySize: UInt64
  }
  /// An entry of the dynamic symbol table.
  struct Symbol: Sendable {
    let name: String
    /// 0 local, 1 global, 2 weak, 10 unique.
    let binding: UInt8
    /// 6 is thread-local.
    let kind: UInt8
    let visibility: UInt8
    /// 0: imported; 0xfff1: absolute (the linker's version names).
    let section: Int
    let value: UInt64
    var isImported: Bool { section == 0 }
    /// Others can see it: defined, not local, not hidden.
    var isExported: Bool {
      section != 0 && section != 0xfff1 && binding != 0 && (visibility == 0 || visibility == 3)
    }
  }

  let bytes: [UInt8]
  let machine: Int
  private(set) var sections: [Section] = []
  private(set) var segments: [Segment] = []
  private(set) var dynamic: [(tag: UInt64, value: UInt64)] = []
  private(set) var symbols: [Symbol] = []

  /// Reads a file of at most 1 GiB; throws a sentence that says what is wrong with it.
  init(path: String) throws(Trouble) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Trouble("\(path) cannot be read.")
    }
    try self.init(bytes: [UInt8](data))
  }

  init(bytes: [UInt8]) throws(Trouble) {
    self.bytes = bytes
    guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
      throw Trouble("not a shared library: no ELF header.")
    }
    guard bytes[4] == 2, bytes[5] == 1 else {
      throw Trouble("not a 64-bit little-endian library.")
    }
    machine = Int(Self.number(bytes, 18, 2))
    guard Self.number(bytes, 16, 2) == 3 else {
      throw Trouble("not a shared library (ELF type \(Self.number(bytes, 16, 2))).")
    }
    segments = try readSegments()
    sections = try readSections()
    dynamic = readDynamic()
    symbols = readSymbols()
  }

  /// The value of a dynamic entry.
  func dynamicValue(_ tag: UInt64) -> UInt64? { dynamic.first { $0.tag == tag }?.value }

  /// Names of the libraries that it needs.
  var needed: [String] { dynamic.filter { $0.tag == 1 }.map { dynamicString($0.value) } }

  /// A string of the dynamic string table.
  func dynamicString(_ offset: UInt64) -> String {
    guard let table = dynamicValue(5), let start = fileOffset(of: table &+ offset) else {
      return "?"
    }
    return string(at: start)
  }

  /// Every section `.actzoo.manifest`, as bytes.
  var manifests: [[UInt8]] {
    sections.filter { $0.name == ".actzoo.manifest" && $0.kind != 8 }
      .map { Array(bytes[$0.offset..<$0.offset + $0.size]) }
  }

  /// Where in the file an address of the loaded library comes from.
  func fileOffset(of address: UInt64) -> Int? {
    for segment in segments where segment.kind == 1 && address >= segment.address {
      let inside = address - segment.address
      if inside < UInt64(segment.fileSize) { return segment.offset + Int(inside) }
    }
    return nil
  }

  static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
    var result: UInt64 = 0
    for index in 0..<count { result |= UInt64(bytes[at + index]) << UInt64(8 * index) }
    return result
  }

  private func string(at start: Int) -> String {
    guard start >= 0, start < bytes.count else { return "?" }
    let end = bytes[start...].prefix(4096).firstIndex(of: 0) ?? start
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// `count` records of `size` bytes at `offset`, if the file has them.
  private func table(_ offset: UInt64, _ count: Int, _ size: Int) -> [Int]? {
    guard offset <= UInt64(bytes.count), count * size <= bytes.count - Int(offset) else {
      return nil
    }
    return (0..<count).map { Int(offset) + $0 * size }
  }

  private func readSegments() throws(Trouble) -> [Segment] {
    guard
      let places = table(
        Self.number(bytes, 32, 8), Int(Self.number(bytes, 56, 2)), 56)
    else { throw Trouble("the file is cut short: its segment table lies behind its end.") }
    var result: [Segment] = []
    for at in places {
      let offset = Self.number(bytes, at + 8, 8)
      let size = Self.number(bytes, at + 32, 8)
      let kind = UInt32(Self.number(bytes, at, 4))
      guard kind != 1 || (offset <= bytes.count && size <= UInt64(bytes.count) - offset) else {
        throw Trouble("the file is cut short: a segment lies behind its end.")
      }
      result.append(
        Segment(
          kind: kind, flags: UInt32(Self.number(bytes, at + 4, 4)),
          address: Self.number(bytes, at + 16, 8), offset: Int(clamping: offset),
          fileSize: Int(clamping: size), memorySize: Self.number(bytes, at + 40, 8)))
    }
    return result
  }

  private func readSections() throws(Trouble) -> [Section] {
    let count = Int(Self.number(bytes, 60, 2))
    guard count > 0 else { return [] }
    guard let places = table(Self.number(bytes, 40, 8), count, 64) else {
      throw Trouble("the file is cut short: its section table lies behind its end.")
    }
    let names = Int(Self.number(bytes, 62, 2))
    let namesStart = names < count ? Int(clamping: Self.number(bytes, places[names] + 24, 8)) : -1
    return places.map { at in
      let kind = UInt32(Self.number(bytes, at + 4, 4))
      let offset = Int(clamping: Self.number(bytes, at + 24, 8))
      let size = Int(clamping: Self.number(bytes, at + 32, 8))
      let isInside = kind == 8 || (offset <= bytes.count && size <= bytes.count - offset)
      let nameAt = namesStart < 0 ? -1 : namesStart &+ Int(Self.number(bytes, at, 4))
      return Section(
        name: string(at: nameAt), kind: isInside ? kind : 8,
        flags: Self.number(bytes, at + 8, 8), address: Self.number(bytes, at + 16, 8),
        offset: isInside ? offset : 0, size: size, link: Int(Self.number(bytes, at + 40, 4)))
    }
  }

  private func readDynamic() -> [(tag: UInt64, value: UInt64)] {
    guard let segment = segments.first(where: { $0.kind == 2 }),
      let places = table(UInt64(segment.offset), segment.fileSize / 16, 16)
    else { return [] }
    var result: [(tag: UInt64, value: UInt64)] = []
    for at in places {
      let tag = Self.number(bytes, at, 8)
      if tag == 0 { break }
      result.append((tag, Self.number(bytes, at + 8, 8)))
    }
    return result
  }

  private func readSymbols() -> [Symbol] {
    guard let section = sections.first(where: { $0.kind == 11 }), section.link < sections.count,
      let places = table(UInt64(section.offset), section.size / 24, 24)
    else { return [] }
    let names = sections[section.link].offset
    return places.map { at in
      Symbol(
        name: string(at: names &+ Int(Self.number(bytes, at, 4))), binding: bytes[at + 4] >> 4,
        kind: bytes[at + 4] & 15, visibility: bytes[at + 5] & 3,
        section: Int(Self.number(bytes, at + 6, 2)), value: Self.number(bytes, at + 8, 8))
    }
  }
}
