import CActZoo
import CSystem
import Formula
import ZooHost

/// The package's folder, and the plugins that `make` built.
let packageRoot: String = {
  var parts = #filePath.split(separator: "/")
  parts.removeLast(3)
  return "/" + parts.joined(separator: "/")
}()
let builtPlugins = packageRoot + "/build/lib/actzoo"

/// The built plugins alone.
let builtZoo: Zoo = {
  var options = ZooOptions(paths: [builtPlugins], onlyPaths: true)
  options.usesEnvironment = false
  return Zoo(options)
}()

/// What can be compared with the evaluator within a few roundings: the denominator of rational-c may come down
/// to 0.1, and what it divides has errors ten and a hundred times as large.
let steadyActivations = builtZoo.activations.filter { $0.descriptor.name != "rational-c" }

/// Runs `body` in a child process, whose environment is its own; true if it returned true.
func inChild(_ body: () -> Bool) -> Bool {
  let child = csystem_fork()
  if child == 0 { _exit(body() ? 0 : 1) }
  var status: Int32 = -1
  waitpid(child, &status, 0)
  return status == 0
}

/// A folder of its own for one test, which only its owner can write.
func temporaryFolder() -> String {
  var name = Array("/tmp/actzoo-host-XXXXXX".utf8CString)
  guard mkdtemp(&name) != nil else { fatalError("no temporary folder") }
  return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) {
  let file = fopen(path, "w")!
  bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
  fclose(file)
  chmod(path, mode)
}

func writeFile(_ path: String, _ text: String) { writeFile(path, Array(text.utf8)) }

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while case let got = fread(&chunk, 1, chunk.count, file), got > 0 { result += chunk[..<got] }
  return result
}

/// Compiles a C plugin as its author would.
@discardableResult
func compile(_ source: String, to path: String, _ flags: String = "-fvisibility=hidden") -> Bool {
  let file = path + ".c"
  writeFile(file, source)
  defer { unlink(file) }
  let command =
    "cc -shared -fPIC \(flags) -I \(packageRoot)/Include '\(file)' -o '\(path)' -lm 2>/dev/null"
  return system(command) == 0
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  /// Uniform in [low, high).
  mutating func next(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }
}

/// A tensor in memory of its own, with guard values before, after and in the gaps.
final class Field {
  let shape: [Int]
  let strides: [Int]
  let dtype: actzoo_dtype
  let size: Int
  private let bytes: UnsafeMutableRawPointer
  private let byteCount: Int
  private let origin: Int
  private let cShape: UnsafeMutablePointer<Int64>
  private let cStrides: UnsafeMutablePointer<Int64>
  let tensor: UnsafeMutablePointer<actzoo_tensor>
  private static let guardBytes = 256
  private static let pattern: UInt8 = 0xA5

  init(_ shape: [Int], _ dtype: actzoo_dtype = ACTZOO_F32, strides: [Int]? = nil, offset: Int = 0) {
    self.shape = shape
    self.dtype = dtype
    self.strides = strides ?? rowMajor(shape)
    size = dtype == ACTZOO_F64 ? 8 : dtype == ACTZOO_F32 ? 4 : 2
    var low = 0
    var high = 0
    for (extent, stride) in zip(shape, self.strides) where extent > 1 {
      let reach = (extent - 1) * stride
      if reach < 0 { low += reach } else { high += reach }
    }
    byteCount = (high - low + 1 + offset) * size + 2 * Field.guardBytes
    bytes = .allocate(byteCount: byteCount, alignment: 64)
    memset(bytes, Int32(Field.pattern), byteCount)
    origin = Field.guardBytes + (offset - low) * size
    cShape = .allocate(capacity: max(shape.count, 1))
    cStrides = .allocate(capacity: max(shape.count, 1))
    for axis in shape.indices {
      cShape[axis] = Int64(shape[axis])
      cStrides[axis] = Int64(self.strides[axis])
    }
    tensor = .allocate(capacity: 1)
    tensor.initialize(
      to: actzoo_tensor(
        data: bytes, device_type: 1, device_id: 0, ndim: Int32(shape.count), dtype: dtype,
        shape: cShape, strides: strides == nil ? nil : cStrides, byte_offset: UInt64(origin)))
  }

  deinit {
    bytes.deallocate()
    cShape.deallocate()
    cStrides.deallocate()
    tensor.deallocate()
  }

  var count: Int { shape.reduce(1, *) }

  /// Address of the element with that row-major number.
  private func address(_ index: Int) -> Int {
    var rest = index
    var offset = 0
    for axis in shape.indices.reversed() {
      offset += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    return origin + offset * size
  }

  subscript(index: Int) -> Double {
    get {
      let at = bytes + address(index)
      switch dtype {
      case ACTZOO_F64: return at.load(as: Double.self)
      case ACTZOO_F32: return Double(at.load(as: Float.self))
      case ACTZOO_F16: return Double(at.load(as: Float16.self))
      default: return Double(Float(bitPattern: UInt32(at.load(as: UInt16.self)) << 16))
      }
    }
    set {
      let at = bytes + address(index)
      switch dtype {
      case ACTZOO_F64: at.storeBytes(of: newValue, as: Double.self)
      case ACTZOO_F32: at.storeBytes(of: Float(newValue), as: Float.self)
      case ACTZOO_F16: at.storeBytes(of: Float16(newValue), as: Float16.self)
      default:
        let bits = Float(newValue).bitPattern >> 16
        at.storeBytes(of: UInt16(truncatingIfNeeded: bits), as: UInt16.self)
      }
    }
  }

  /// The element's bits.
  func bits(_ index: Int) -> UInt64 {
    let at = bytes + address(index)
    switch size {
    case 8: return at.load(as: UInt64.self)
    case 4: return UInt64(at.load(as: UInt32.self))
    default: return UInt64(at.load(as: UInt16.self))
    }
  }

  func fill(_ numbers: inout Numbers, _ low: Double, _ high: Double) -> Field {
    for index in 0..<count { self[index] = numbers.next(low, high) }
    return self
  }

  /// All elements, row-major.
  var values: [Double] { (0..<count).map { self[$0] } }
  var allBits: [UInt64] { (0..<count).map { bits($0) } }

  /// Bytes outside the elements that are no longer what they were.
  var damagedGuards: Int {
    var mine = [Bool](repeating: false, count: byteCount)
    for index in 0..<count {
      let at = address(index)
      for byte in at..<(at + size) { mine[byte] = true }
    }
    let all = UnsafeRawBufferPointer(start: bytes, count: byteCount)
    return (0..<byteCount).count { !mine[$0] && all[$0] != Field.pattern }
  }

  /// True if nothing was written at all.
  var isUntouched: Bool {
    UnsafeRawBufferPointer(start: bytes, count: byteCount).allSatisfy { $0 == Field.pattern }
  }
}

func rowMajor(_ shape: [Int]) -> [Int] {
  var result = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    result[axis] = result[axis + 1] * max(shape[axis + 1], 1)
  }
  return result
}

/// Ways in which a tensor may lie in memory.
enum Layout: CaseIterable {
  case contiguous, channelsLast, transposed, reversed, gapped, padded, garbageOnes

  func strides(_ shape: [Int]) -> [Int]? {
    let axes = shape.count
    func ordered(_ order: [Int], inner: Int = 1) -> [Int] {
      var result = [Int](repeating: 0, count: axes)
      var running = inner
      for axis in order.reversed() {
        result[axis] = running
        running *= max(shape[axis], 1)
      }
      return result
    }
    switch self {
    case .contiguous: return nil
    case .channelsLast:
      guard axes > 2 else { return rowMajor(shape) }
      return ordered([0] + Array(2..<axes) + [1])
    case .transposed: return ordered(Array((0..<axes).reversed()))
    case .reversed: return rowMajor(shape).map { -$0 }
    case .gapped: return ordered(Array(0..<axes), inner: 3)
    case .padded:
      var result = rowMajor(shape)
      for axis in result.indices.dropLast() { result[axis] *= 2 }
      return result
    case .garbageOnes:
      return zip(rowMajor(shape), shape).map { $1 == 1 ? 123_456_789 : $0 }
    }
  }
}

/// The fields of one call, and the call itself.
struct Call {
  var x: Field
  var g: Field?
  var y: Field?
  var dy: Field?
  var dx: Field?
  var dg: Field?
  var noise: Field?
  var parameters: [Field] = []
  var dparameters: [Field?] = []
  var flags: UInt32 = 0
  var seed: UInt64 = 0
  var offset: UInt64 = 0
  var executor: UnsafePointer<actzoo_executor>?

  init(x: Field) { self.x = x }

  /// Hands the arguments to `body`.
  func with<T>(_ body: (UnsafePointer<actzoo_arguments>) throws -> T) rethrows -> T {
    var arguments = actzoo_arguments()
    arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
    arguments.flags = flags
    func pointer(_ field: Field?) -> UnsafePointer<actzoo_tensor>? {
      field.map { UnsafePointer($0.tensor) }
    }
    arguments.x = (pointer(x), pointer(g))
    arguments.y = pointer(y)
    arguments.dy = pointer(dy)
    arguments.dx = (pointer(dx), pointer(dg))
    arguments.noise = pointer(noise)
    arguments.parameters_count = UInt64(parameters.count)
    arguments.noise_seed = seed
    arguments.noise_offset = offset
    arguments.executor = executor
    let first = parameters.map { pointer($0) }
    let second = dparameters.map { pointer($0) }
    return try first.withUnsafeBufferPointer { first in
      try second.withUnsafeBufferPointer { second in
        arguments.parameters = first.baseAddress
        arguments.dparameters = dparameters.isEmpty ? nil : second.baseAddress
        return try withUnsafePointer(to: arguments) { try body($0) }
      }
    }
  }
}

/// The sentence of a refusal, or nil if there was none.
func refusal(_ body: () throws -> Void) -> ZooError? {
  do {
    try body()
    return nil
  } catch {
    return error as? ZooError
  }
}
