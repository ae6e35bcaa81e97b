import CConformance
import CSystem
import Formula

/// Expressions evaluated in double, a block of points at a time: what kernels are compared with first.
///
/// A few nanoseconds a point, so that all 2^32 inputs can be judged. It shares nothing with the
/// arithmetic of kernels: node by node as the formula says, functions from glibc's vector library, which
/// is good to about 4 ulp of double. How far it is from the truth in a region, `SpotCheck` measures.
/// One object per thread; it owns its scratch.
public final class BlockEvaluator {
  /// Points that are computed at a time; a cell of scratch is 2 KiB.
  public static let blockSize = 256

  /// For each parameter its coefficients, shared by all points; set before `evaluate`.
  ///
  /// What is missing is taken as 0.
  public var coefficients: [[Double]] = [] {
    didSet { refillCoefficients() }
  }

  private let program: BlockProgram
  let width: conformance_width
  private let scratch: UnsafeMutablePointer<Double>

  /// Compiles instantiated expressions, which share their common parts.
  ///
  /// `width` is 8, 4 or 1 doubles an instruction, at most what the machine has; nil takes that.
  /// Throws if an expression is not instantiated.
  public init(_ expressions: [Expression], width: Int? = nil) throws(FormulaError) {
    program = try BlockProgram(expressions)
    let level = csystem_cpu_level()
    let widest = level >= 4 ? 8 : level == 3 ? 4 : 1
    self.width = conformance_width(min(width ?? widest, widest))
    let count = max(1, program.cellCount) * Self.blockSize
    scratch = UnsafeMutableRawPointer.allocate(byteCount: 8 * count, alignment: 64)
      .bindMemory(to: Double.self, capacity: count)
    scratch.initialize(repeating: 0, count: count)
  }

  deinit { UnsafeMutableRawPointer(scratch).deallocate() }

  /// Evaluates every expression at `count` points.
  ///
  /// - Parameters:
  ///   - g, u: the second input and the noise; 0 if nil.
  ///   - perPoint: coefficients that differ from point to point, `count` each, instead of the shared.
  ///   - results: for each expression `count` doubles, overwritten.
  public func evaluate(
    _ count: Int, x: UnsafePointer<Double>, g: UnsafePointer<Double>? = nil,
    u: UnsafePointer<Double>? = nil, perPoint: [Variable: UnsafePointer<Double>] = [:],
    into results: [UnsafeMutablePointer<Double>]
  ) {
    var inputs: [(block: UnsafeMutablePointer<Double>, from: UnsafePointer<Double>?)] = []
    for (i, variable) in program.variables.enumerated() {
      switch variable {
      case .x: inputs.append((cell(i), x))
      case .g: inputs.append((cell(i), g))
      case .u: inputs.append((cell(i), u))
      case .coefficient:
        if let values = perPoint[variable] { inputs.append((cell(i), values)) }
      }
    }
    for start in stride(from: 0, to: count, by: Self.blockSize) {
      let n = min(Self.blockSize, count - start)
      let whole = (n + 7) & ~7
      for (block, from) in inputs {
        guard let from else {
          block.update(repeating: 0, count: whole)
          continue
        }
        block.update(from: from + start, count: n)
        for i in n..<whole { block[i] = block[n - 1] }
      }
      run(whole)
      for (place, result) in zip(program.outputs, results) {
        (result + start).update(from: cell(place), count: n)
      }
    }
    if !perPoint.isEmpty { refillCoefficients() }
  }

  /// Evaluates at a few points, into new arrays: for tests and messages.
  public func evaluate(x: [Double], g: [Double]? = nil, u: [Double]? = nil) -> [[Double]] {
    var results = [[Double]](
      repeating: [Double](repeating: 0, count: x.count), count: program.outputs.count)
    let all = UnsafeMutablePointer<Double>.allocate(capacity: max(1, x.count * results.count))
    defer { all.deallocate() }
    let pointers = results.indices.map { all + $0 * x.count }
    x.withUnsafeBufferPointer { x in
      guard let base = x.baseAddress else { return }
      withOptional(g) { g in
        withOptional(u) { u in evaluate(x.count, x: base, g: g, u: u, into: pointers) }
      }
    }
    for i in results.indices {
      results[i] = Array(UnsafeBufferPointer(start: pointers[i], count: x.count))
    }
    return results
  }

  private func withOptional(_ values: [Double]?, _ body: (UnsafePointer<Double>?) -> Void) {
    guard let values else { return body(nil) }
    values.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private func run(_ n: Int) {
    for step in program.steps {
      let y = cell(step.cell)
      switch step.operation {
      case .fill(let value): conformance_fill(width, value, y, n)
      case .unary(let op, let a): conformance_unary(width, op, cell(a), y, n)
      case .binary(let op, let a, let b):
        conformance_binary(width, op, cell(a), cell(b), y, n)
      case .select(let c, let a, let b):
        conformance_select(width, cell(c), cell(a), cell(b), y, n)
      }
    }
  }

  private func cell(_ i: Int) -> UnsafeMutablePointer<Double> { scratch + i * Self.blockSize }

  private func refillCoefficients() {
    for (i, variable) in program.variables.enumerated() {
      guard case .coefficient(let parameter, let index) = variable else { continue }
      let list = parameter < coefficients.count ? coefficients[parameter] : []
      cell(i).update(
        repeating: index < list.count ? list[index] : 0, count: Self.blockSize)
    }
  }
}
