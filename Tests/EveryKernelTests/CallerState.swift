import CActZoo
import CSystem
import Testing
import ZooHost

/// What the caller's thread and process are set to: none of it may change a bit, and all of it is as
/// before afterwards (rule C6).
struct CallerStateCheck<T: Scalar> {
  let activation: Activation
  private(set) var faults = Faults()

  init(_ activation: Activation) { self.activation = activation }

  /// Inputs whose results are subnormal, inexact, or huge: where a mode would show.
  private func inputs(_ n: Int) -> Inputs<T> {
    let descriptor = activation.descriptor
    let setting = Setting.initial(descriptor)
    var inputs = Inputs<T>.random(descriptor, shape: [n], setting: setting, seed: 71)
    let special = Samples.inputs(T.self, count: n, kinks: [0], seed: 72)
    for i in stride(from: 0, to: n, by: 2) { inputs.x[i] = special[i % special.count] }
    for i in stride(from: 3, to: n, by: 7) { inputs.dy?[i] = .leastNonzeroMagnitude * T(i) }
    return inputs
  }

  /// Everything computed in the present state of thread and process.
  func results(_ n: Int) -> Outputs<T> {
    KernelCall(inputs: inputs(n), pass: .fused).run(activation)
  }

  #if arch(x86_64)
    /// MXCSR's rounding bits, and flush-to-zero with denormals-are-zero.
    private static var modes: [(name: String, bits: UInt64)] {
      [
        ("FTZ and DAZ", 0x8040), ("rounding down", 0x2000), ("rounding up", 0x4000),
        ("rounding to zero", 0x6000), ("FTZ, DAZ, rounding up", 0xc040),
      ]
    }

    /// Each control word set around the call alone, on the caller's thread.
    mutating func runControlWords() {
      for (n, modes) in [(333, Self.modes), (40_000, [Self.modes[4]])] {
        let expected = results(n)
        faults.add(expected.faults, "default modes")
        for mode in modes {
          var call = KernelCall(inputs: inputs(n), pass: .fused)
          call.controlWord = csystem_float_default() | mode.bits
          let got = call.run(activation)
          faults.add(got.faults, mode.name)
          faults.addDifferences(got, expected, "\(n) elements, \(mode.name)")
        }
      }
    }
  #endif

  /// A child of `fork` evaluates with the parent's binding and tells the parent through a pipe.
  mutating func runFork() {
    let n = 40_000  // enough for several shards, so that the child needs threads
    let expected = results(n)
    faults.add(expected.faults, "before fork")
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0, let fork = Fork.call else {
      faults.add("no pipe or no fork")
      return
    }
    let child = fork()
    if child == 0 {
      // A child that hangs is killed, and the parent then misses its answer.
      alarm(20)
      let got = results(n)
      var difference = got.faults
      difference.addDifferences(got, expected, "after fork")
      var answer = Array((difference.isEmpty ? "same" : difference.sentences[0]).utf8)
      _ = write(ends[1], &answer, answer.count)
      _exit(0)
    }
    close(ends[1])
    var buffer = [UInt8](repeating: 0, count: 1000)
    let count = read(ends[0], &buffer, buffer.count)
    close(ends[0])
    var status: Int32 = 0
    waitpid(child, &status, 0)
    let answer = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    if answer != "same" || status != 0 {
      faults.add("the child of fork said '\(answer)' and ended with status \(status)")
    }
    faults.addDifferences(results(n), expected, "in the parent after fork")
  }
}

/// Swift hides `fork`, because little may be called after it; what may be is what is tested here.
enum Fork {
  static let call: (@convention(c) () -> Int32)? = dlsym(nil, "fork").map {
    unsafeBitCast($0, to: (@convention(c) () -> Int32).self)
  }
}

@Suite struct EveryKernelCallerState {
  #if arch(x86_64)
    @Test(arguments: Kernels.all)
    func controlWordsDoNotChangeBits(_ kernel: KernelUnderTest) {
      func check<T: Scalar>(_ type: T.Type) {
        var check = CallerStateCheck<T>(kernel.activation)
        check.runControlWords()
        check.faults.report(kernel)
      }
      check(kernel.type)
    }
  #endif

  /// In a process of its own: a locale belongs to the whole process.
  @Test func aCommaForADecimalPointDoesNotChangeBits() async {
    await #expect(processExitsWith: .success) {
      #expect(CommaLocale.isPoint, "the process started with a decimal comma")
      let expected = Kernels.all.map { $0.bits() }
      guard CommaLocale.set() else {
        print("skipped: localedef made no de_DE.UTF-8 (Debian package locales)")
        return
      }
      #expect(!CommaLocale.isPoint)
      // Texts are read anew: 0.01 must not become 0.
      let again = Kernels.oneOfEachKind(Kernels.open(Kernels.folder))
      #expect(again.count == expected.count)
      for (kernel, bits) in zip(again, expected) where kernel.bits() != bits {
        Issue.record("\(kernel.name): other bits with a decimal comma")
      }
      #expect(!CommaLocale.isPoint, "evaluating changed the locale")
    }
  }

  /// In a process of its own, where no other test holds a lock while the child is made.
  @Test func aChildOfForkGetsTheSameBits() async {
    await #expect(processExitsWith: .success) {
      ThreadPool.shared.threads = 3
      for kernel in Kernels.all { kernel.checkFork() }
    }
  }
}

extension KernelUnderTest {
  /// Bits of all outputs for inputs of all sizes, as one list.
  fileprivate func bits() -> [UInt64] {
    func bits<T: Scalar>(_ type: T.Type) -> [UInt64] {
      let result = CallerStateCheck<T>(activation).results(300)
      result.faults.report(self)
      return (result.y + result.dx + result.dg).map { $0.isNaN ? 0 : UInt64($0.word) }
        + result.dparameters.joined().map { $0.isNaN ? 0 : $0.word }
    }
    return dtype == ACTZOO_F64 ? bits(Double.self) : bits(Float.self)
  }

  fileprivate func checkFork() {
    func check<T: Scalar>(_ type: T.Type) {
      var check = CallerStateCheck<T>(activation)
      check.runFork()
      check.faults.report(self)
    }
    if dtype == ACTZOO_F64 { check(Double.self) } else { check(Float.self) }
  }
}
