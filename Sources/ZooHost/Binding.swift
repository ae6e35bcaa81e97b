#if !ACTZOO_ONE_MODULE
  public import CActZoo
  import Formula
#else
  import CActZoo
#endif

/// How one parameter is bound.
public struct Choice {
  /// Or-ed `ACTZOO_PER_...` bits.
  public var granularity: UInt32
  /// How many groups, with `ACTZOO_PER_GROUP`; 0 = the descriptor's default.
  public var groups: Int
  /// Coefficients of a vector; 0 = the descriptor's default.
  public var count: Int

  /// One way to bind a parameter.
  public init(granularity: UInt32, groups: Int = 0, count: Int = 0) {
    self.granularity = granularity
    self.groups = groups
    self.count = count
  }
}

/// What an activation is bound to before it is evaluated.
public struct Binding {
  /// Element type of x, y, dy and dx.
  public var dtype: actzoo_dtype = ACTZOO_F32
  /// Axis of channels and groups; negative counts from the end.
  public var channelAxis: Int = 1
  /// One per parameter, or nil for the descriptor's defaults.
  public var choices: [Choice]?

  /// f32, axis 1, the descriptor's defaults.
  public init() {}

  /// A binding to a type, an axis and, if given, one choice per parameter.
  public init(dtype: actzoo_dtype, channelAxis: Int = 1, choices: [Choice]? = nil) {
    self.dtype = dtype
    self.channelAxis = channelAxis
    self.choices = choices
  }
}

/// A parameter as it was bound: plain data, read on every call.
struct BoundParameter {
  let granularity: UInt32
  let groups: Int
  let count: Int
  let isVector: Bool
  let isFixed: Bool

  var perSample: Bool { granularity & ACTZOO_PER_SAMPLE != 0 }
  /// The part beside the sample bit.
  var kind: UInt32 { granularity & ~ACTZOO_PER_SAMPLE }
}

/// Bytes of one element; 0 for a type that the zoo does not know.
func elementSize(_ dtype: actzoo_dtype) -> Int {
  switch dtype {
  case ACTZOO_F16, ACTZOO_BF16: return 2
  case ACTZOO_F32: return 4
  case ACTZOO_F64: return 8
  default: return 0
  }
}

/// "f32" and so on, for messages.
func dtypeName(_ dtype: actzoo_dtype) -> String {
  switch dtype {
  case ACTZOO_F16: return "f16"
  case ACTZOO_BF16: return "bf16"
  case ACTZOO_F32: return "f32"
  case ACTZOO_F64: return "f64"
  default: return "element type \(dtype)"
  }
}

/// Checks a binding against the descriptor: one entry per parameter, and the counts of the formula.
func resolve(
  _ binding: Binding, _ descriptor: ActivationDescriptor
) throws(ZooError) -> (parameters: [BoundParameter], counts: [Int]) {
  let parameters = descriptor.parameters
  guard parameters.count <= maximumParameters else {
    throw .unsupported("\(descriptor.name) has \(parameters.count) parameters; the host takes 32")
  }
  if let choices = binding.choices, choices.count != parameters.count {
    throw .invalid(
      "\(choices.count) choices were given; \(descriptor.name) has \(parameters.count) parameter(s)"
    )
  }
  let lengths = try lengths(binding, descriptor)
  guard let counts = descriptor.counts(fromLengths: lengths) else {
    throw .invalid(countMessage(descriptor, lengths))
  }
  var result: [BoundParameter] = []
  for (index, parameter) in parameters.enumerated() {
    let granularity = parameter.granularities[0]
    var choice = Choice(granularity: granularity.bits, groups: granularity.groups)
    if let chosen = binding.choices?[index] {
      choice = chosen
      if choice.groups == 0 {
        choice.groups = parameter.granularities.first { $0.groups > 0 }?.groups ?? 0
      }
    }
    try checkGranularity(choice, parameter.name)
    result.append(
      BoundParameter(
        granularity: choice.granularity, groups: choice.groups,
        count: parameter.length(counts: counts), isVector: parameter.isVector,
        isFixed: parameter.isFixed))
  }
  try checkNesting(result)
  return (result, counts)
}

extension Activation {
  /// The values of the formula's counts that a binding chooses, in the order of the descriptor.
  ///
  /// - Throws: INVALID or UNSUPPORTED where `bind` would.
  public func counts(_ binding: Binding) throws(ZooError) -> [Int] {
    try resolve(binding, descriptor).counts
  }
}

let maximumParameters = 32

private func lengths(
  _ binding: Binding, _ descriptor: ActivationDescriptor
) throws(ZooError) -> [Int?] {
  var lengths: [Int?] = []
  for (index, parameter) in descriptor.parameters.enumerated() {
    let count = binding.choices?[index].count ?? 0
    guard count >= 0 else {
      throw .invalid("parameter '\(parameter.name)' was bound with \(count) coefficients")
    }
    if !parameter.isVector && count > 1 {
      throw .invalid(
        "parameter '\(parameter.name)' is a scalar; it cannot have \(count) coefficients")
    }
    lengths.append(count == 0 || !parameter.isVector ? nil : count)
  }
  return lengths
}

private func countMessage(_ descriptor: ActivationDescriptor, _ lengths: [Int?]) -> String {
  var parts: [String] = []
  for (index, parameter) in descriptor.parameters.enumerated() {
    if let length = lengths[index] { parts.append("\(parameter.name)[\(length)]") }
  }
  var ranges: [String] = []
  for count in descriptor.counts {
    ranges.append("\(count.name) in \(count.minimum)...\(count.maximum)")
  }
  let rule = ranges.isEmpty ? "its lengths are fixed" : joined(ranges, ", ")
  return "\(descriptor.name) cannot have \(joined(parts, ", ")): \(rule)"
}

private func checkGranularity(_ choice: Choice, _ name: String) throws(ZooError) {
  let kind = choice.granularity & ~ACTZOO_PER_SAMPLE
  guard
    kind == ACTZOO_PER_LAYER || kind == ACTZOO_PER_CHANNEL || kind == ACTZOO_PER_GROUP
      || kind == ACTZOO_PER_ELEMENT
  else {
    throw .invalid(
      "parameter '\(name)' was bound with granularity \(choice.granularity); per channel, per group and per element exclude each other"
    )
  }
  if kind == ACTZOO_PER_GROUP && choice.groups < 1 {
    throw .invalid("parameter '\(name)' is bound per group; say how many groups")
  }
}

/// Two numbers of groups in one call must divide each other, or strides cannot say both.
private func checkNesting(_ parameters: [BoundParameter]) throws(ZooError) {
  for a in parameters where a.kind == ACTZOO_PER_GROUP {
    for b in parameters where b.kind == ACTZOO_PER_GROUP {
      if a.groups < b.groups && b.groups % a.groups != 0 {
        throw .unsupported(
          "\(a.groups) and \(b.groups) groups in one activation do not nest; choose multiples")
      }
    }
  }
}
