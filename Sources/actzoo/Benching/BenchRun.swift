import CActZoo
import Foundation
import ZooHost

/// What was measured of one activation; seconds a call.
struct BenchTiming {
  let name: String
  let level: String
  /// Inputs of the formula: 1, or 2 if gated.
  let inputs: Int
  let copy: Double
  let forward: Double
  let backward: Double
  let fused: Double
  /// True if a pass ran the formula for want of a kernel.
  let isFormula: Bool
  /// True if forward is a foreign function.
  let isForeign: Bool
}

/// One activation with operands, ready to be timed through the host.
struct BenchRun {
  private let activation: Activation
  private let bound: BoundActivation
  private let operands: BenchOperands
  private let bytes: Int

  /// `count` elements of `type`, with initial parameters that all elements share.
  init(_ activation: Activation, _ type: actzoo_dtype, _ count: Int) throws(CommandFailure) {
    self.activation = activation
    let parameterType = type == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32
    let evaluator = try Evaluator(activation, type: parameterType, standIn: 1)
    var binding = evaluator.binding
    binding.dtype = type
    do { bound = try activation.bind(binding) } catch { throw CommandFailure(error.message) }
    operands = BenchOperands(evaluator, type, count)
    bytes = count * BenchOperands.size(type)
  }

  /// What is timed.
  private enum Work: CaseIterable { case copy, forward, backward, fused }

  private func run(
    _ work: Work, _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer
  ) throws(ZooError) {
    switch work {
    case .copy: memcpy(target, source, bytes)
    case .forward: try bound.forward(operands.arguments)
    case .backward: try bound.backward(operands.arguments)
    case .fused: try bound.fused(operands.arguments)
    }
  }

  /// Copy, forward, backward and fused in turns for about so many seconds; the medians.
  func time(seconds limit: Double) throws(CommandFailure) -> BenchTiming {
    let source = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    let target = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer {
      source.deallocate()
      target.deallocate()
    }
    memset(source, 1, bytes)
    memset(target, 1, bytes)
    func seconds(_ calls: Int, _ work: Work) throws(ZooError) -> Double {
      let start = DispatchTime.now().uptimeNanoseconds
      for _ in 0..<calls { try run(work, source, target) }
      return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
    do throws(ZooError) {
      // Enough calls between two looks at the clock that it does not matter; the first warm up.
      var calls: [Int] = []
      for work in Work.allCases {
        _ = try seconds(1, work)
        calls.append(max(1, Int(50e-6 / max(try seconds(1, work), 1e-9))))
      }
      var times = [[Double]](repeating: [], count: calls.count)
      let end = ProcessInfo.processInfo.systemUptime + limit
      while times[0].count < 5 || ProcessInfo.processInfo.systemUptime < end {
        for (i, work) in Work.allCases.enumerated() {
          times[i].append(try seconds(calls[i], work) / Double(calls[i]))
        }
      }
      let medians = times.map { $0.sorted()[$0.count / 2] }
      return BenchTiming(
        name: activation.descriptor.name, level: activation.isa,
        inputs: activation.descriptor.isGated ? 2 : 1, copy: medians[0], forward: medians[1],
        backward: medians[2], fused: medians[3],
        isFormula: bound.usesFormula.forward || bound.usesFormula.backward,
        isForeign: activation.isa.isEmpty && !activation.descriptor.foreign.isEmpty)
    } catch {
      throw CommandFailure("\(activation.descriptor.name): \(error.message)")
    }
  }
}
