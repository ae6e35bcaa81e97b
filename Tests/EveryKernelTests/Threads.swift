import CActZoo
import Testing
import ZooHost

/// The same bits whatever the number of threads, sums over all elements included (rule C6).
struct ThreadCheck<T: Scalar> {
  let activation: Activation
  private(set) var faults = Faults()

  init(_ activation: Activation) { self.activation = activation }

  mutating func run() {
    let descriptor = activation.descriptor
    let setting = Setting.initial(descriptor)
    for (shape, bits) in [
      ([70_001], ACTZOO_PER_LAYER), ([2, 24, 41, 29], ACTZOO_PER_CHANNEL),
      ([2001, 32], ACTZOO_PER_CHANNEL),
    ] {
      var inputs = Inputs<T>.random(descriptor, shape: shape, setting: setting, seed: 61)
      for p in inputs.parameters.indices
      where bits != ACTZOO_PER_LAYER && !inputs.parameters[p].isFixed {
        inputs.parameters[p].granularity = bits
        let values = inputs.parameters[p].values
        inputs.parameters[p].values = (0..<shape[1]).flatMap { _ in values }
      }
      var first: Outputs<T>?
      for threads in [1, 2, 7] {
        ThreadPool.shared.threads = threads
        let result = KernelCall(inputs: inputs, pass: .fused).run(activation)
        faults.add(result.faults, "\(shape), \(threads) threads")
        if let first {
          faults.addDifferences(result, first, "\(shape), \(threads) threads against 1")
        }
        first = first ?? result
      }
      ThreadPool.shared.threads = 0
    }
  }
}

@Suite(.serialized) struct EveryKernelThreads {
  @Test(arguments: Kernels.all)
  func threadsDoNotChangeBits(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = ThreadCheck<T>(kernel.activation)
      check.run()
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
