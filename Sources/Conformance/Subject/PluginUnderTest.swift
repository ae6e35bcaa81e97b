import CActZoo
import CSystem
import Formula
import Foundation
import ZooHost

/// A plugin file, looked at and loaded as any host may do it: with nothing but dlopen and plugin.h.
///
/// The host of this package is not used, so that what is judged is the plugin and not the two together. A text
/// without kernels is judged by the rows that the host makes for it: over the block evaluator, or of a foreign
/// function.
/// Lives in one process; loaded when a check first asks, and never unloaded.
final class PluginUnderTest {
  let path: String
  private var loaded: Result<[Kernel], Trouble>?
  private var readImage: Result<ElfImage, Trouble>?
  private var readDescriptor: Result<Descriptor, Trouble>?

  init(path: String) { self.path = path }

  /// True for a `.actzoo` text, which has no library of its own.
  static func isText(_ path: String) -> Bool { path.hasSuffix(".actzoo") }

  /// True for a `.actzoo` text.
  var isText: Bool { Self.isText(path) }

  /// What serves a text.
  private lazy var formulas: FormulaKernels? =
    Self.isText(path) ? FormulaKernels(Zoo(ZooOptions(paths: [absolute]))) : nil

  private var absolute: String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private func formulaKernels() throws(Trouble) -> FormulaKernels {
    guard let formulas else {
      throw Trouble(
        "there is no block evaluator (org.zoo.formula) that could serve the text; `make` builds it."
      )
    }
    return formulas
  }

  /// The file's tables.
  func image() throws(Trouble) -> ElfImage {
    if readImage == nil {
      do throws(Trouble) { readImage = .success(try ElfImage(path: path)) } catch {
        readImage = .failure(error)
      }
    }
    return try readImage!.get()
  }

  /// The text of the manifest, read.
  func descriptor() throws(Trouble) -> Descriptor {
    if readDescriptor == nil {
      do throws(Trouble) { readDescriptor = .success(try parse()) } catch {
        readDescriptor = .failure(error)
      }
    }
    return try readDescriptor!.get()
  }

  private func bytes() throws(Trouble) -> Data {
    if isText {
      guard let text = FileManager.default.contents(atPath: path) else {
        throw Trouble("the file cannot be read.")
      }
      return text
    }
    guard let manifest = try image().manifests.first else {
      throw Trouble("the file has no section .actzoo.manifest.")
    }
    return Data(manifest)
  }

  private func parse() throws(Trouble) -> Descriptor {
    let bytes = try bytes()
    let copied = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copied.copyBytes(from: bytes)
    defer { copied.deallocate() }
    do throws(ParseError) {
      return try Descriptor.parse(UnsafeRawBufferPointer(copied))
    } catch {
      throw Trouble("the \(isText ? "text" : "manifest") does not parse: \(error.description)")
    }
  }

  /// Opens the library: every symbol bound now, none of them visible to others.
  func open() throws(Trouble) -> UnsafeMutableRawPointer {
    let full = isText ? try formulaKernels().path : absolute
    guard let handle = dlopen(full, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw Trouble(
        "the loader refuses it: \(dlerror().map { String(cString: $0) } ?? "no reason given").")
    }
    return handle
  }

  typealias Entry =
    @convention(c) (UnsafePointer<actzoo_host>?) -> UnsafePointer<actzoo_plugin>?

  /// The entry function.
  func entry() throws(Trouble) -> Entry {
    guard let symbol = dlsym(try open(), "actzoo_plugin_v1") else {
      throw Trouble("the library has no symbol actzoo_plugin_v1.")
    }
    return unsafeBitCast(symbol, to: Entry.self)
  }

  /// The table that the entry answers with.
  func table() throws(Trouble) -> UnsafePointer<actzoo_plugin> {
    guard let table = try entry()(HostRecord.present) else {
      throw Trouble("the entry returned NULL: the plugin says that it cannot run here.")
    }
    return table
  }

  /// The rows for the CPU whose activation the text describes.
  func load() throws(Trouble) -> [Kernel] {
    if loaded == nil {
      do throws(Trouble) { loaded = .success(try readRows()) } catch { loaded = .failure(error) }
    }
    return try loaded!.get()
  }

  private func readRows() throws(Trouble) -> [Kernel] {
    let descriptor = try descriptor()
    if isText { return try readFormulas(descriptor) }
    let table = try table()
    guard table.pointee.size >= 24, table.pointee.kernels_count <= 65_536,
      let rows = table.pointee.kernels
    else { throw Trouble("the table of kernels is damaged (checks table-sizes, rows-complete).") }
    var kernels: [Kernel] = []
    for index in 0..<Int(table.pointee.kernels_count) {
      guard let row = rows[index], let kernel = Kernel(row, descriptor) else { continue }
      kernels.append(kernel)
    }
    return kernels
  }
}

extension PluginUnderTest {
  private func readFormulas(_ descriptor: Descriptor) throws(Trouble) -> [Kernel] {
    var kernels: [Kernel] = []
    for activation in descriptor.activations {
      if !activation.foreign.isEmpty {
        kernels += try readForeign(activation, descriptor)
        continue
      }
      let formulas = try formulaKernels()
      guard let rows = formulas.rows(activation, counts: activation.defaultCounts) else {
        throw Trouble("\(activation.id) is too large for the block evaluator.")
      }
      for row in rows {
        guard var kernel = Kernel(row, descriptor) else { continue }
        kernel.programs = FormulaPrograms(formulas, kernel)
        kernels.append(kernel)
      }
    }
    return kernels
  }

  private func readForeign(
    _ activation: ActivationDescriptor, _ descriptor: Descriptor
  ) throws(Trouble) -> [Kernel] {
    for function in activation.foreign
    where !activation.claims.contains(where: {
      $0.pass == "forward" && $0.dtype == function.element
    }) {
      throw Trouble(
        "\(activation.name) has no claim to be judged by; "
          + "add a line such as: claim \(function.element) forward 2 ulp.")
    }
    do throws(ZooError) {
      return try foreignRows(activation, path: path).compactMap { Kernel($0, descriptor) }
    } catch {
      throw Trouble(error.message)
    }
  }
}

/// The compiled programs of one formula, each for its numbers of coefficients.
final class FormulaPrograms {
  private let formulas: FormulaKernels
  private let activation: ActivationDescriptor
  private let dtype: actzoo_dtype
  private var known: [[Int]: UnsafeRawPointer?] = [:]

  init(_ formulas: FormulaKernels, _ kernel: Kernel) {
    (self.formulas, activation, dtype) = (formulas, kernel.activation, kernel.row.pointee.dtype)
  }

  /// What the kernel gets as `self`; nil for lengths that the formula cannot have.
  func program(_ lengths: [Int]) -> UnsafeRawPointer? {
    if let program = known[lengths] { return program }
    let rows = activation.counts(fromLengths: lengths)
      .flatMap { formulas.rows(activation, counts: $0) }
    let program = rows?.first { $0.pointee.dtype == dtype }?.pointee.`self`
    known[lengths] = program
    return program
  }
}

/// Compiled code for one activation and element type.
struct Kernel {
  let activation: ActivationDescriptor
  let type: ElementType
  let row: UnsafePointer<actzoo_kernels>
  let flags: UInt32
  private let itself: UnsafeRawPointer?
  /// For formulas, whose code differs with the numbers of coefficients.
  var programs: FormulaPrograms?
  let forward: actzoo_kernel
  let backward: actzoo_kernel?
  let fused: actzoo_kernel?

  /// Nil for rows that cannot be called: another device, an unknown type, no forward, no such activation.
  init?(_ row: UnsafePointer<actzoo_kernels>, _ descriptor: Descriptor) {
    let size = Int(row.pointee.size)
    guard size >= 40, row.pointee.device_type == 1, let type = ElementType(row.pointee.dtype),
      let name = row.pointee.activation, strnlen(name, 1024) < 1024,
      let forward = row.pointee.forward,
      let activation = descriptor.activations.first(where: { $0.id == String(cString: name) })
    else { return nil }
    self.activation = activation
    self.type = type
    self.row = row
    flags = row.pointee.flags
    itself = row.pointee.`self`
    self.forward = forward
    backward = size >= 48 ? row.pointee.backward : nil
    fused = size >= 56 ? row.pointee.fused : nil
  }

  /// What its functions get as `self` in a call with so many coefficients.
  func itself(_ lengths: [Int]) -> UnsafeRawPointer? {
    programs.map { $0.program(lengths) ?? itself } ?? itself
  }

  /// True for a function of C that a text names.
  var isForeign: Bool { programs == nil && !activation.foreign.isEmpty }

  /// "silu f32".
  var name: String { "\(activation.name) \(type.rawValue)" }

  /// The code of a pass, or nil if the row has none.
  func function(_ pass: Pass) -> actzoo_kernel? {
    switch pass {
    case .forward: forward
    case .backward: backward
    case .fused: fused
    }
  }

  /// The passes that it has code for.
  var passes: [Pass] { Pass.allCases.filter { function($0) != nil } }

  func has(_ flag: UInt32) -> Bool { flags & flag != 0 }
}

/// The three ways to evaluate.
enum Pass: String, CaseIterable, Codable, Sendable { case forward, backward, fused }

/// What plugins are told about the host.
enum HostRecord {
  /// A host of the present minor version; lives until the process ends.
  nonisolated(unsafe) static let present: UnsafePointer<actzoo_host> = make(minor: ACTZOO_MINOR)

  /// A record with chosen fields, never freed.
  static func make(
    size: Int = MemoryLayout<actzoo_host>.size, minor: UInt32,
    extension answer: (@convention(c) (UnsafePointer<CChar>?) -> UnsafeRawPointer?)? = { _ in nil }
  ) -> UnsafePointer<actzoo_host> {
    let record = UnsafeMutablePointer<actzoo_host>.allocate(capacity: 1)
    record.initialize(
      to: actzoo_host(
        size: UInt32(size), minor: minor, name: UnsafePointer(strdup("actzoo verify")),
        extension: answer))
    return UnsafePointer(record)
  }
}
