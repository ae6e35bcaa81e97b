import CActZoo
import CSystem
import Testing
import ZooHost

private func good() -> Call {
  var numbers = Numbers(1)
  var call = Call(x: Field([2, 4, 3]).fill(&numbers, -2, 2))
  call.y = Field([2, 4, 3])
  call.dx = Field([2, 4, 3])
  call.parameters = [Field([4]).fill(&numbers, 0, 1)]
  call.dparameters = [Field([4])]
  return call
}

private func bindPReLU(_ granularity: UInt32 = ACTZOO_PER_CHANNEL, groups: Int = 0) throws
  -> BoundActivation
{
  try builtZoo.find("prelu").bind(
    Binding(
      dtype: ACTZOO_F32, channelAxis: 1, choices: [Choice(granularity: granularity, groups: groups)]
    ))
}

@Test("Bad calls: a status, a sentence, and nothing written")
func badCalls() throws {
  let bound = try bindPReLU()
  func check(
    _ words: String, _ bound: BoundActivation, _ status: actzoo_status = ACTZOO_INVALID,
    _ change: (inout Call) -> Void
  ) {
    var call = good()
    change(&call)
    for pass in 0..<3 {
      let error = refusal {
        try call.with {
          switch pass {
          case 0: try bound.forward($0)
          case 1: try bound.backward($0)
          default: try bound.fused($0)
          }
        }
      }
      // What only one of the passes looks at is no fault of the other.
      guard let error else {
        #expect(pass < 2, "'\(words)' was not refused")
        call = good()
        change(&call)
        continue
      }
      #expect(error.status == status && error.message.contains(words), "'\(words)': \(error)")
      for field in [call.y, call.dx] + call.dparameters {
        #expect(field?.isUntouched != false, "'\(words)': something was written")
      }
    }
  }
  check("y is missing", bound) { $0.y = nil }
  check("has no data", bound) { $0.x.tensor.pointee.data = nil }
  check("f64; the activation is bound to f32", bound) { $0.x = Field([2, 4, 3], ACTZOO_F64) }
  check("y is f16", bound) { $0.y = Field([2, 4, 3], ACTZOO_F16) }
  check("element type 99", bound) { $0.x.tensor.pointee.dtype = 99 }
  check("device type 2", bound, ACTZOO_UNSUPPORTED) { $0.x.tensor.pointee.device_type = 2 }
  check("33 axes", bound) { $0.x.tensor.pointee.ndim = 33 }
  check("-1 axes", bound) { $0.x.tensor.pointee.ndim = -1 }
  check("no shape", bound) { $0.x.tensor.pointee.shape = nil }
  check("negative extent -3", bound) { $0.x.tensor.pointee.shape[1] = -3 }
  check("more elements than", bound) {
    $0.x.tensor.pointee.shape[0] = 1 << 40
    $0.x.tensor.pointee.shape[1] = 1 << 40
  }
  check("out of memory", bound) {
    $0.x = Field([2, 4, 3], strides: [12, 3, 1])
    $0.x.tensor.pointee.strides[0] = Int64.max / 2
  }
  check("misaligned", bound) { $0.x.tensor.pointee.byte_offset += 1 }
  check("y has shape (2, 4), x has (2, 4, 3)", bound) { $0.y = Field([2, 4]) }
  check("3 values; per channel with 4 channels it needs 4", bound) {
    $0.parameters = [Field([3])]
  }
  check("0 parameters were given; prelu takes 1", bound) { $0.parameters = [] }
  check("2 parameters were given", bound) { $0.parameters.append(Field([4])) }
  check("is f64; the activation is bound to f32", bound) {
    $0.parameters = [Field([4], ACTZOO_F64)]
  }
  check("dparameter 'a' has 5 values", bound) { $0.dparameters = [Field([5])] }
  check("no channel axis 1", bound) {
    $0.x = Field([8])
    $0.y = Field([8])
    $0.dx = Field([8])
  }
  check("flags", bound, ACTZOO_UNSUPPORTED) { $0.flags = 0x80 }
  check("4 channels do not divide into 3 groups", try bindPReLU(ACTZOO_PER_GROUP, groups: 3)) {
    $0.parameters = [Field([3])]
  }
}

@Test("Overlapping outputs are refused; in place, halves of one buffer and disjoint slices are not")
func overlaps() throws {
  let bound = try bindPReLU(ACTZOO_PER_LAYER)
  var numbers = Numbers(2)
  let memory = Field([64]).fill(&numbers, -1, 1)
  /// A view of `memory`.
  func view(_ shape: [Int], _ strides: [Int], at offset: Int) -> Field {
    let field = Field(shape, strides: strides)
    field.tensor.pointee.data = memory.tensor.pointee.data
    field.tensor.pointee.byte_offset = memory.tensor.pointee.byte_offset + UInt64(offset * 4)
    return field
  }
  func error(_ x: Field, _ y: Field) -> ZooError? {
    var call = Call(x: x)
    call.y = y
    call.parameters = [Field([1])]
    call.parameters[0][0] = 0.25
    return refusal { try call.with { try bound.forward($0) } }
  }
  #expect(error(view([16], [1], at: 0), view([16], [1], at: 0)) == nil, "in place")
  #expect(error(view([4, 4], [8, 1], at: 0), view([4, 4], [8, 1], at: 4)) == nil, "halves")
  #expect(error(view([16], [2], at: 0), view([16], [2], at: 1)) == nil, "odd and even")
  #expect(
    error(view([16], [3], at: 0), view([8, 2], [6, 3], at: 1))?.message.contains("shape") == true)
  for offset in [1, 15, -1] {
    let found = error(view([16], [1], at: 20), view([16], [1], at: 20 + offset))
    #expect(found?.message.contains("C7") == true, "offset \(offset): \(String(describing: found))")
  }
  #expect(error(view([16], [1], at: 0), view([16], [-1], at: 15))?.message.contains("C7") == true)
  #expect(
    error(view([4, 4], [4, 1], at: 0), view([4, 4], [1, 4], at: 0))?.message.contains("C7") == true)
  #expect(error(view([16], [1], at: 0), view([16], [0], at: 40))?.message.contains("C7") == true)
  #expect(error(view([16], [0], at: 0), view([16], [1], at: 40)) == nil, "a broadcast input")
}

@Test("Bad bindings: a status and a sentence")
func badBindings() throws {
  let prelu = try builtZoo.find("prelu")
  func check(_ words: String, _ binding: Binding) {
    let error = refusal { _ = try prelu.bind(binding) }
    #expect(error?.message.contains(words) == true, "'\(words)': \(String(describing: error))")
  }
  check("element type 7", Binding(dtype: 7))
  check(
    "2 choices",
    Binding(dtype: ACTZOO_F32, choices: [Choice(granularity: 0), Choice(granularity: 0)]))
  check("exclude each other", Binding(dtype: ACTZOO_F32, choices: [Choice(granularity: 3)]))
  check(
    "how many groups", Binding(dtype: ACTZOO_F32, choices: [Choice(granularity: ACTZOO_PER_GROUP)]))
  check("scalar", Binding(dtype: ACTZOO_F32, choices: [Choice(granularity: 0, count: 3)]))
  check("channel axis", Binding(dtype: ACTZOO_F32, channelAxis: 99))
  let unknown = refusal { _ = try builtZoo.find("preluu") }
  #expect(unknown?.status == ACTZOO_NOT_FOUND && unknown?.message.contains("'prelu'") == true)
}

@Test("No elements: nothing is touched, sums are zero")
func noElements() throws {
  let bound = try bindPReLU()
  for shape in [[0, 4, 3], [2, 4, 0]] {
    var call = good()
    call.x = Field(shape)
    call.x.tensor.pointee.data = nil
    call.y = Field(shape)
    call.dx = Field(shape)
    try call.with { try bound.fused($0) }
    #expect(call.y!.isUntouched && call.dx!.isUntouched)
    #expect(call.dparameters[0]!.values == [0, 0, 0, 0])
  }
}
