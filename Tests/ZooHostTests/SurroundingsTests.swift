import CActZoo
import CSystem
import Testing
import ZooHost

/// Bits of everything that a large CRReLU call computes.
private func bitsOfCall(
  _ bound: BoundActivation, _ count: Int, executor: UnsafePointer<actzoo_executor>? = nil
) throws -> [UInt64] {
  var numbers = Numbers(5)
  var call = Call(x: Field([count]).fill(&numbers, -4, 4))
  call.x[0] = 1e-40
  call.y = Field([count])
  call.dy = Field([count]).fill(&numbers, -1, 1)
  call.dx = Field([count])
  call.parameters = [Field([1])]
  call.parameters[0][0] = 0.01
  call.dparameters = [Field([1], ACTZOO_F64)]
  call.executor = executor
  try call.with { try bound.fused($0) }
  return call.y!.allBits + call.dx!.allBits + call.dparameters[0]!.allBits
}

@Suite(.serialized)
struct Surroundings {
  let bound: BoundActivation
  let expected: [UInt64]
  let count = 200_003

  init() throws {
    bound = try builtZoo.find("crrelu").bind()
    ThreadPool.shared.threads = 1
    expected = try bitsOfCall(bound, 200_003)
  }

  @Test("1, 2 and 7 threads give the same bits")
  func threads() throws {
    for threads in [1, 2, 7] {
      ThreadPool.shared.threads = threads
      for _ in 0..<5 { #expect(try bitsOfCall(bound, count) == expected, "\(threads) threads") }
    }
  }

  @Test("FTZ, DAZ and every rounding mode of the caller: same bits, and the word is given back")
  func controlWords() throws {
    let before = csystem_float_control()
    for threads in [1, 2] {
      ThreadPool.shared.threads = threads
      for word: UInt64 in [0x8040, 0x2000, 0x4000, 0x6000, 0xe040] {
        csystem_set_float_control(before | word)
        let bits = try? bitsOfCallPrepared()
        let after = csystem_float_control()
        csystem_set_float_control(before)
        #expect(after & csystem_float_mode_bits() == (before | word) & csystem_float_mode_bits())
        #expect(bits == preparedBits, "word \(word), \(threads) threads")
      }
    }
  }

  /// Inputs are made outside the changed mode: only the evaluation runs in it.
  private static let inputs: [Float] = {
    var numbers = Numbers(9)
    return (0..<100_000).map { $0 % 100 == 0 ? 0x1p-140 : Float(numbers.next(-13, 13)) }
  }()
  private var preparedBits: [UInt32] { (try? bitsOfCallPrepared()) ?? [] }
  private func bitsOfCallPrepared() throws -> [UInt32] {
    let call = preparedCall
    try call.with { try bound.forward($0) }
    return call.y!.allBits.map { UInt32($0) }
  }
  private var preparedCall: Call { Prepared.call }
  private enum Prepared {
    nonisolated(unsafe) static let call: Call = {
      var call = Call(x: Field([100_000]))
      for index in 0..<100_000 { call.x[index] = Double(Surroundings.inputs[index]) }
      call.y = Field([100_000])
      call.parameters = [Field([1])]
      call.parameters[0][0] = 0.01
      return call
    }()
  }

  @Test("Both kinds of executor give the same bits; a helper that never starts holds nothing up")
  func executors() throws {
    var loop = actzoo_executor()
    loop.concurrency = 4
    loop.parallel_for = { _, count, task, argument in
      for index in (0..<count).reversed() { task!(argument, index) }
    }
    #expect(try bitsOfCall(bound, count, executor: &loop) == expected)
    var thread = actzoo_executor()
    thread.concurrency = 3
    thread.schedule = { _, task, argument in
      let box = Unmanaged.passRetained(Start(task!, argument)).toOpaque()
      var id = pthread_t()
      pthread_create(
        &id, nil,
        { argument in
          let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
          start.task(start.argument)
          return nil
        }, box)
      pthread_detach(id)
    }
    for _ in 0..<5 { #expect(try bitsOfCall(bound, count, executor: &thread) == expected) }
    var late = actzoo_executor()
    late.concurrency = 3
    late.schedule = { _, task, argument in Late.tasks.append((task!, argument)) }
    #expect(try bitsOfCall(bound, count, executor: &late) == expected)
    #expect(Late.tasks.count == 2)
    for (task, argument) in Late.tasks { task(argument) }
    Late.tasks = []
    var both = loop
    both.schedule = thread.schedule
    #expect(refusal { _ = try bitsOfCall(bound, count, executor: &both) }?.status == ACTZOO_INVALID)
  }

  @Test("A child after fork evaluates with threads of its own")
  func forkedChild() throws {
    ThreadPool.shared.threads = 2
    #expect(try bitsOfCall(bound, count) == expected)
    #expect(inChild { (try? bitsOfCall(bound, count)) == expected })
    #expect(try bitsOfCall(bound, count) == expected)
  }

  @Test("ACTZOO_ISA, ACTZOO_DISABLE and ACTZOO_PATH_ONLY are heard, and only where allowed")
  func environment() throws {
    func isa(_ zoo: Zoo) -> String? { (try? zoo.find("crrelu"))?.isa }
    let plain = inChild {
      setenv("ACTZOO_PATH_ONLY", builtPlugins, 1)
      setenv("ACTZOO_ISA", "x86-64", 1)
      return isa(Zoo()) == "x86-64"
    }
    #expect(plain, "ACTZOO_ISA did not cap the level")
    let disabled = inChild {
      setenv("ACTZOO_PATH_ONLY", builtPlugins, 1)
      setenv("ACTZOO_DISABLE", "crr*,*prelu/1", 1)
      let names = Zoo().activations.map { $0.descriptor.name }
      return !names.isEmpty && !names.contains("crrelu") && !names.contains("prelu")
    }
    #expect(disabled, "ACTZOO_DISABLE did not disable")
    let deaf = inChild {
      setenv("ACTZOO_DISABLE", "*", 1)
      setenv("ACTZOO_ISA", "x86-64", 1)
      var options = ZooOptions(paths: [builtPlugins], onlyPaths: true)
      options.usesEnvironment = false
      return isa(Zoo(options)) == isa(builtZoo)
    }
    #expect(deaf, "the environment was heard where it must not be")
  }

  @Test("Seeded noise is the stream's, by row-major index, whatever the layout")
  func noise() throws {
    let folder = temporaryFolder()
    writeFile(
      folder + "/noise.actzoo",
      "actzoo 1\nplugin t.u version 1 license MIT\nactivation t.u/1 \"U\"\n  formula x + u\n  noise u eval 0.5\n"
    )
    let bound = try Zoo(ZooOptions(paths: [folder], onlyPaths: true)).find("u").bind()
    for layout in Layout.allCases {
      let shape = [5, 6, 7]
      var call = Call(x: Field(shape, strides: layout.strides(shape)))
      for index in 0..<call.x.count { call.x[index] = 0 }
      call.y = Field(shape, strides: layout.strides(shape))
      call.flags = ACTZOO_SEEDED_NOISE
      (call.seed, call.offset) = (42, 13)
      try call.with { try bound.forward($0) }
      var stream = [Float](repeating: 0, count: call.x.count)
      fillNoise(seed: 42, offset: 13, &stream, count: stream.count)
      #expect(call.y!.values == stream.map { Double($0) }, "\(layout)")
      call.flags = 0
      try call.with { try bound.forward($0) }
      #expect(call.y!.values.allSatisfy { $0 == 0.5 }, "\(layout)")
    }
    // Known answers of Philox 4x32-10: counter 0 and key 0 (Salmon et al., the published test vectors).
    var first = [Float](repeating: 0, count: 4)
    fillNoise(seed: 0, offset: 0, &first, count: 4)
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    #expect(first == words.map { Float($0 >> 8) * 0x1p-24 })
  }

  @Test("Halves: exact upwards, to nearest even downwards, for all 65,536 and around every tie")
  func halves() throws {
    let folder = temporaryFolder()
    writeFile(
      folder + "/same.actzoo",
      "actzoo 1\nplugin t.s version 1 license MIT\nactivation t.s/1 \"S\"\n  formula x\nactivation t.h/1 \"H\"\n  formula x * (1 + 2^-11)\n"
    )
    let zoo = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
    for (name, factor) in [("s", 1.0), ("h", 1 + 0x1p-11)] {
      let bound = try zoo.find(name).bind(Binding(dtype: ACTZOO_F16))
      let call: Call = {
        var call = Call(x: Field([65_536], ACTZOO_F16))
        for bits in 0..<65_536 { call.x[bits] = Double(Float16(bitPattern: UInt16(bits))) }
        call.y = Field([65_536], ACTZOO_F16)
        return call
      }()
      try call.with { try bound.forward($0) }
      var wrong = 0
      for bits in 0..<65_536 {
        let exact = Double(Float16(bitPattern: UInt16(bits))) * factor
        let got = Float16(bitPattern: UInt16(call.y!.bits(bits)))
        if exact.isNaN ? !got.isNaN : got.bitPattern != Float16(exact).bitPattern { wrong += 1 }
      }
      #expect(wrong == 0, "\(name): \(wrong) of 65,536 wrong")
    }
  }
}

private final class Start {
  let task: @convention(c) (UnsafeMutableRawPointer?) -> Void
  let argument: UnsafeMutableRawPointer?
  init(
    _ task: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void,
    _ argument: UnsafeMutableRawPointer?
  ) {
    self.task = task
    self.argument = argument
  }
}

private enum Late {
  nonisolated(unsafe) static var tasks:
    [(@convention(c) (UnsafeMutableRawPointer?) -> Void, UnsafeMutableRawPointer?)] = []
}
