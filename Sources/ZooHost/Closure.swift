import CSystem
import Synchronization

#if !ACTZOO_ONE_MODULE
  public import CActZoo
  import Formula
#else
  import CActZoo
#endif

/// An activation with its parameters as a plain function of C, for code that takes no context.
///
/// Calling `code` is [concurrent]. Ends with the last reference, after `release`.
public final class Closure: @unchecked Sendable {
  /// What the function looks like.
  public enum Kind: Sendable {
    /// `float (*)(float)`, or of double.
    case point
    /// `void (*)(const float *x, float *y, size_t n)`, or of double.
    case array
  }

  /// What the function looks like.
  public let kind: Kind
  /// `ACTZOO_F32` or `ACTZOO_F64`.
  public var dtype: actzoo_dtype { bound.dtype }
  /// The function: what a caller that knows its type may call.
  public let code: UnsafeMutableRawPointer

  private let bound: BoundActivation
  private let closure: UnsafeMutableRawPointer
  private let cif: UnsafeMutablePointer<ffi_cif>
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  private let parameters: ParameterTensors
  /// With ACTZOO_DEBUG a released closure stays in memory, to say so when it is called.
  private let isDebug: Bool
  private let isReleased = Atomic<Bool>(false)

  /// Binds for good: the type and the lengths of `binding`, its granularities being of no use to a
  /// function of one value.
  ///
  /// `values` are all coefficients of all parameters in their order; nil for the initial ones.
  ///
  /// Not a throwing initializer: Embedded Swift leaks the object that such a one gives up.
  public static func of(
    _ activation: Activation, _ binding: Binding = Binding(), _ kind: Kind, values: [Double]? = nil
  ) throws(ZooError) -> Closure {
    let descriptor = activation.descriptor
    guard !descriptor.isGated else {
      throw .unsupported("\(descriptor.name) has two inputs; a closure is a function of one")
    }
    guard binding.dtype == ACTZOO_F32 || binding.dtype == ACTZOO_F64 else {
      throw .unsupported(
        "a closure of \(descriptor.name) takes f32 or f64, not \(dtypeName(binding.dtype))")
    }
    if let choices = binding.choices, choices.count != descriptor.parameters.count {
      throw .invalid(
        "\(choices.count) choices were given; \(descriptor.name) has \(descriptor.parameters.count) parameter(s)"
      )
    }
    var plain = binding
    plain.choices = descriptor.parameters.indices.map {
      Choice(granularity: ACTZOO_PER_LAYER, count: binding.choices?[$0].count ?? 0)
    }
    let bound = try activation.bind(plain)
    let values = try Closure.values(bound, values)
    var address: UnsafeMutableRawPointer?
    LoadLock.shared.acquire()
    let memory = csystem_ffi_closure(&address)
    LoadLock.shared.release()
    guard let memory, let address else {
      throw .failed(
        "there is no memory that may be executed for a closure of \(descriptor.name); this system or its limits forbid it, so call actzoo_forward instead"
      )
    }
    let made = Closure(bound, kind, values, memory, code: address)
    guard made.prepare() else {
      throw .failed("libffi cannot make a closure of \(descriptor.name) on this machine")
    }
    return made
  }

  /// Owns `memory`, where `code` is written by `prepare`.
  private init(
    _ bound: BoundActivation, _ kind: Kind, _ values: [Double], _ memory: UnsafeMutableRawPointer,
    code: UnsafeMutableRawPointer
  ) {
    self.bound = bound
    self.kind = kind
    self.code = code
    closure = memory
    let isDouble = bound.dtype == ACTZOO_F64
    parameters = ParameterTensors(
      values, counts: bound.counts,
      isVector: bound.activation.descriptor.parameters.map { $0.isVector }, isDouble: isDouble)
    isDebug = Environment(isHeard: true)["ACTZOO_DEBUG"] == "1"
    cif = .allocate(capacity: 1)
    cif.initialize(to: ffi_cif())
    types = .allocate(capacity: 3)
    let element = isDouble ? csystem_ffi_double() : csystem_ffi_float()
    types.initialize(to: kind == .array ? csystem_ffi_pointer() : element)
    (types + 1).initialize(to: csystem_ffi_pointer())
    (types + 2).initialize(to: csystem_ffi_size())
  }

  private func prepare() -> Bool {
    let isArray = kind == .array
    // What `types` begins with is what a function of one value takes and gives.
    return csystem_ffi_prepare(
      cif, isArray ? 3 : 1, isArray ? csystem_ffi_void() : types.pointee, types) != 0
      && csystem_ffi_close(
        closure, cif, { _, result, values, itself in Closure.call(result, values, itself) },
        Unmanaged.passUnretained(self).toOpaque(), code) != 0
  }

  deinit {
    LoadLock.shared.acquire()
    csystem_ffi_closure_free(closure)
    LoadLock.shared.release()
    cif.deallocate()
    types.deallocate()
  }

  /// Ends the function's life, while nobody calls it.
  ///
  /// With ACTZOO_DEBUG its memory stays, so that a later call is told and not a crash.
  public func release() {
    guard isDebug else { return }
    if !isReleased.exchange(true, ordering: .acquiringAndReleasing) {
      _ = Unmanaged.passRetained(self)
    }
  }

  /// All coefficients in order, checked against what was bound.
  private static func values(
    _ bound: BoundActivation, _ given: [Double]?
  ) throws(ZooError) -> [Double] {
    let activation = bound.activation
    if let given {
      let wanted = bound.counts.reduce(0, +)
      guard given.count == wanted else {
        throw .invalid(
          "\(given.count) values were given; \(activation.descriptor.name) has \(wanted) coefficient(s) in all"
        )
      }
      return given
    }
    var result: [Double] = []
    for index in bound.counts.indices {
      result += try activation.initialValues(parameter: index, count: bound.counts[index])
    }
    return result
  }

  // MARK: Calls

  /// libffi's side: cells hold the caller's arguments.
  private static func call(
    _ result: UnsafeMutableRawPointer?, _ cells: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ itself: UnsafeMutableRawPointer?
  ) {
    guard let itself, let cells, let first = cells[0] else { return }
    let closure = Unmanaged<Closure>.fromOpaque(itself).takeUnretainedValue()
    switch closure.kind {
    case .point:
      guard let result else { return }
      closure.evaluate(first, result, 1)
    case .array:
      guard let second = cells[1], let third = cells[2] else { return }
      let count = third.load(as: Int.self)
      guard count > 0, let x = first.load(as: UnsafeMutableRawPointer?.self),
        let y = second.load(as: UnsafeMutableRawPointer?.self)
      else { return }
      closure.evaluate(x, y, count)
    }
  }

  private func evaluate(_ x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer, _ count: Int) {
    if isDebug, isReleased.load(ordering: .acquiring) {
      return refuse("was called after its release", y, count)
    }
    var shape = Int64(count)
    let failure: ZooError? = withUnsafeMutablePointer(to: &shape) { shape in
      var input = actzoo_tensor()
      input.data = x
      input.device_type = 1
      input.ndim = 1
      input.dtype = dtype
      input.shape = shape
      var output = input
      output.data = y
      return withUnsafePointer(to: &input) { input in
        withUnsafePointer(to: &output) { output in
          var arguments = actzoo_arguments()
          arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
          arguments.x.0 = input
          arguments.y = output
          arguments.parameters = UnsafePointer(parameters.list)
          arguments.parameters_count = UInt64(parameters.count)
          do throws(ZooError) {
            try bound.forward(&arguments)
            return nil
          } catch { return error }
        }
      }
    }
    if let failure { refuse("failed: \(failure.message)", y, count) }
  }

  /// A plain function can say nothing but NaN; with ACTZOO_DEBUG standard error has the reason.
  private func refuse(_ reason: String, _ y: UnsafeMutableRawPointer, _ count: Int) {
    if isDebug {
      let text = "actzoo: a closure of \(bound.activation.descriptor.id) \(reason)\n"
      let bytes = Array(text.utf8)
      _ = bytes.withUnsafeBytes { CSystem.write(2, $0.baseAddress, $0.count) }
    }
    if dtype == ACTZOO_F64 {
      y.assumingMemoryBound(to: Double.self).update(repeating: .nan, count: count)
    } else {
      y.assumingMemoryBound(to: Float.self).update(repeating: .nan, count: count)
    }
  }
}

/// Values of parameters as the tensors that a call takes: made once, read by all threads.
private final class ParameterTensors {
  let list: UnsafeMutablePointer<UnsafePointer<actzoo_tensor>?>
  let count: Int
  private let tensors: UnsafeMutablePointer<actzoo_tensor>
  private let shapes: UnsafeMutablePointer<Int64>
  private let data: UnsafeMutablePointer<Double>

  init(_ values: [Double], counts: [Int], isVector: [Bool], isDouble: Bool) {
    count = counts.count
    list = .allocate(capacity: count + 1)
    tensors = .allocate(capacity: count + 1)
    shapes = .allocate(capacity: count + 1)
    data = .allocate(capacity: values.count + 1)
    data.initialize(repeating: 0, count: values.count + 1)
    var at = 0
    for index in 0..<count {
      (shapes + index).initialize(to: Int64(counts[index]))
      var tensor = actzoo_tensor()
      tensor.data = UnsafeMutableRawPointer(data + at)
      tensor.device_type = 1
      tensor.ndim = isVector[index] ? 1 : 0
      tensor.dtype = isDouble ? ACTZOO_F64 : ACTZOO_F32
      tensor.shape = shapes + index
      (tensors + index).initialize(to: tensor)
      (list + index).initialize(to: UnsafePointer(tensors + index))
      let raw = UnsafeMutableRawPointer(data + at)
      for coefficient in 0..<counts[index] {
        let value = values[at + coefficient]
        if isDouble {
          raw.storeBytes(of: value, toByteOffset: 8 * coefficient, as: Double.self)
        } else {
          raw.storeBytes(of: Float(value), toByteOffset: 4 * coefficient, as: Float.self)
        }
      }
      at += counts[index]
    }
  }

  deinit {
    list.deallocate()
    tensors.deallocate()
    shapes.deallocate()
    data.deallocate()
  }
}
