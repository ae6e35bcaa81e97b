import CSystem

#if !ACTZOO_ONE_MODULE
  public import CActZoo
  import Formula
#else
  import CActZoo
#endif

/// Which of the three evaluations.
enum Pass {
  case forward
  case backward
  case fused
}

/// What a call looks up in a bound activation: plain data, so that copying it counts no references.
struct BoundFacts {
  let dtype: actzoo_dtype
  let channelAxis: Int
  let parameters: UnsafeMutablePointer<BoundParameter>
  let parameterCount: Int
  let isGated: Bool
  let usesNoise: Bool
  let noiseEval: Float

  /// Copies `parameters` into memory that the owner of these facts frees.
  init(_ binding: Binding, _ descriptor: ActivationDescriptor, _ list: [BoundParameter]) {
    dtype = binding.dtype
    channelAxis = binding.channelAxis
    parameterCount = list.count
    parameters = .allocate(capacity: max(list.count, 1))
    for (index, parameter) in list.enumerated() { (parameters + index).initialize(to: parameter) }
    isGated = descriptor.isGated
    usesNoise = descriptor.usesNoise
    noiseEval = Float(descriptor.noiseEval ?? 0)
  }
}

/// An activation ready to be evaluated: everything that does not depend on data is decided.
///
/// Immutable; [concurrent].
public final class BoundActivation: @unchecked Sendable {
  /// What was bound.
  public let activation: Activation
  /// Element type of x, y, dy and dx.
  public let dtype: actzoo_dtype
  /// Axis of channels and groups; negative counts from the end.
  public let channelAxis: Int
  /// Coefficients of each parameter, 1 for a scalar.
  public let counts: [Int]
  /// Whether the passes run the formula's evaluator for want of a compiled kernel.
  public let usesFormula: (forward: Bool, backward: Bool)

  let facts: BoundFacts
  private let formulaCounts: [Int]
  private let rows: (forward: Row?, backward: Row?, fused: Row?)
  private var formula: FormulaKernel?
  /// Where forward is a foreign function: that, with the formula's backward.
  private let pair: ForeignPair?
  private let program: FormulaProgram?

  /// An activation bound to a type and granularities.
  ///
  /// Not a throwing initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(
    _ activation: Activation, _ binding: Binding, rows: [Row]
  ) throws(ZooError) -> BoundActivation {
    let descriptor = activation.descriptor
    guard elementSize(binding.dtype) > 0 else {
      throw .unsupported(
        "\(descriptor.name) cannot be bound to \(dtypeName(binding.dtype)); use f16, bf16, f32 or f64"
      )
    }
    guard (-32...31).contains(binding.channelAxis) else {
      throw .invalid("channel axis \(binding.channelAxis) is none of -32 to 31")
    }
    let resolved = try resolve(binding, descriptor)
    let kernels = try Kernels(activation, binding.dtype, counts: resolved.counts, rows: rows)
    return BoundActivation(activation, binding, resolved.parameters, resolved.counts, kernels)
  }

  private init(
    _ activation: Activation, _ binding: Binding, _ parameters: [BoundParameter], _ counts: [Int],
    _ kernels: Kernels
  ) {
    self.activation = activation
    dtype = binding.dtype
    channelAxis = binding.channelAxis
    facts = BoundFacts(binding, activation.descriptor, parameters)
    self.counts = parameters.map { $0.count }
    formulaCounts = counts
    usesFormula = kernels.usesFormula
    rows = kernels.rows
    formula = kernels.formula
    pair = kernels.pair
    program = kernels.program
  }

  deinit { facts.parameters.deallocate() }

  /// The kernel for a pass: a compiled row or, if there is none or it refused, the formula's.
  func row(_ pass: Pass, formula: Bool) throws(ZooError) -> Row {
    if !formula {
      switch pass {
      case .forward: if let row = rows.forward { return row }
      case .backward: if let row = rows.backward { return row }
      case .fused: if let row = rows.fused, row.fused != nil || row.backward != nil { return row }
      }
    }
    return try formulaKernel().row
  }

  private func formulaKernel() throws(ZooError) -> FormulaKernel {
    FormulaLock.shared.acquire()
    defer { FormulaLock.shared.release() }
    if let formula { return formula }
    let made = try FormulaKernel.of(activation.descriptor, counts: formulaCounts)
    formula = made
    return made
  }

  /// y = f(x).
  ///
  /// [concurrent]
  ///
  /// - Throws: `ACTZOO_INVALID` or `ACTZOO_UNSUPPORTED` before anything is written.
  public func forward(_ arguments: UnsafePointer<actzoo_arguments>) throws(ZooError) {
    try evaluate(.forward, arguments)
  }

  /// dx = dy * df/dx and the sums of dy * df/dparameter.
  ///
  /// [concurrent]
  ///
  /// - Throws: `ACTZOO_INVALID` or `ACTZOO_UNSUPPORTED` before anything is written.
  public func backward(_ arguments: UnsafePointer<actzoo_arguments>) throws(ZooError) {
    try evaluate(.backward, arguments)
  }

  /// Both in one pass.
  ///
  /// [concurrent]
  ///
  /// - Throws: `ACTZOO_INVALID` or `ACTZOO_UNSUPPORTED` before anything is written.
  public func fused(_ arguments: UnsafePointer<actzoo_arguments>) throws(ZooError) {
    try evaluate(.fused, arguments)
  }

  private func evaluate(
    _ pass: Pass, _ pointer: UnsafePointer<actzoo_arguments>
  ) throws(ZooError) {
    let size = Int(pointer.pointee.size)
    guard size >= 24 else {
      throw .invalid("the arguments' size is \(size); set it to sizeof(actzoo_arguments)")
    }
    var arguments = actzoo_arguments()
    memcpy(&arguments, pointer, min(size, MemoryLayout<actzoo_arguments>.size))
    let status = try evaluateOnce(pass, arguments, formula: false)
    // A kernel refuses before it touches anything (rule P12), so the formula may start afresh.
    if status == ACTZOO_UNSUPPORTED { _ = try evaluateOnce(pass, arguments, formula: true) }
  }

  /// `ACTZOO_OK`, or `ACTZOO_UNSUPPORTED` if the compiled kernel refused.
  private func evaluateOnce(
    _ pass: Pass, _ arguments: actzoo_arguments, formula: Bool
  ) throws(ZooError) -> actzoo_status {
    let row = try row(pass, formula: formula)
    let builder = try PlanBuilder(self, pass, arguments, row)
    let words = builder.words
    if words <= 128 {
      return try withUnsafeTemporaryAllocation(of: Int.self, capacity: 128) {
        (memory) throws(ZooError) in
        try run(builder, memory.baseAddress!, arguments, isFormula: formula)
      }
    }
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: words)
    defer { memory.deallocate() }
    return try run(builder, memory, arguments, isFormula: formula)
  }

  private func run(
    _ builder: PlanBuilder, _ memory: UnsafeMutablePointer<Int>, _ arguments: actzoo_arguments,
    isFormula: Bool
  ) throws(ZooError) -> actzoo_status {
    var plan = Plan(axes: builder.axes, operands: builder.operandLimit, memory: memory)
    guard try builder.fill(&plan) else { return ACTZOO_OK }
    return try execute(
      plan, row: builder.row, pass: builder.pass, arguments: arguments, name: activation)
  }
}

/// What serves the passes of one binding: compiled rows and, where there are none, the formula's.
private struct Kernels {
  var rows: (forward: Row?, backward: Row?, fused: Row?)
  let usesFormula: (forward: Bool, backward: Bool)
  var formula: FormulaKernel?
  var pair: ForeignPair?
  var program: FormulaProgram?

  init(
    _ activation: Activation, _ dtype: actzoo_dtype, counts: [Int], rows compiled: [Row]
  ) throws(ZooError) {
    let preferred = Kernels.preference(dtype)
    func best(_ suits: (Row) -> Bool) -> Row? {
      for dtype in preferred {
        if let row = compiled.first(where: { $0.dtype == dtype && suits($0) }) { return row }
      }
      return nil
    }
    rows = (
      forward: best { _ in true }, backward: best { $0.backward != nil },
      fused: best { $0.backward != nil || $0.fused != nil }
    )
    usesFormula = (rows.forward == nil, rows.backward == nil)
    guard rows.forward == nil || rows.backward == nil else { return }
    // The block evaluator, or the formula's own if there is none or the formula is too much for it.
    var row: Row?
    if let table = activation.evaluator.table(),
      let made = FormulaProgram.of(activation.descriptor, counts: counts)
    {
      program = made
      let wanted = dtype == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32
      row = made.rows(table).first { $0.dtype == wanted }
    }
    if row == nil {
      let made = try FormulaKernel.of(activation.descriptor, counts: counts)
      formula = made
      row = made.row
    }
    pair = ForeignPair.of(activation.foreign?.kernel(rows.forward), formula: row)
    rows = (rows.forward ?? row, rows.backward ?? row, pair?.row ?? rows.fused ?? row)
  }

  /// Types whose kernels serve a type, best first.
  ///
  /// Halves through f32 give the same bits as a kernel of their own that computes in f32.
  private static func preference(_ dtype: actzoo_dtype) -> [actzoo_dtype] {
    switch dtype {
    case ACTZOO_F64: return [ACTZOO_F64]
    case ACTZOO_F32: return [ACTZOO_F32, ACTZOO_F64]
    default: return [dtype, ACTZOO_F32, ACTZOO_F64]
    }
  }
}

/// One formula is compiled at a time, and none while the process forks.
private final class FormulaLock: @unchecked Sendable {
  static let shared = FormulaLock()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_atfork(
      { FormulaLock.shared.acquire() }, { FormulaLock.shared.release() },
      { pthread_mutex_init(FormulaLock.shared.mutex, nil) })
  }

  func acquire() { pthread_mutex_lock(mutex) }
  func release() { pthread_mutex_unlock(mutex) }
}
