import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// The formula's evaluator dressed as a kernel: it takes f64 boxes and knows every activation.
///
/// The host uses it, through f64 tiles, where there is neither a compiled kernel nor the block evaluator's, or
/// where these refuse.
final class FormulaKernel: @unchecked Sendable {
  private let value: Program
  private let derivatives: Program
  private let isGated: Bool
  /// Where each parameter's derivatives start among the outputs of `derivatives`, then where they end.
  private let starts: [Int]

  /// Compiles value and first derivatives; backward is the surrogate's where there is one.
  ///
  /// Not a throwing initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(
    _ descriptor: ActivationDescriptor, counts: [Int]
  ) throws(ZooError) -> FormulaKernel {
    do throws(FormulaError) {
      let formula = try descriptor.formula.instantiate(counts: counts)
      let smooth = try descriptor.surrogate?.instantiate(counts: counts) ?? formula
      var outputs = [try smooth.derivative(by: .x)]
      if descriptor.isGated { outputs.append(try smooth.derivative(by: .g)) }
      var starts: [Int] = []
      for (index, parameter) in descriptor.parameters.enumerated() {
        starts.append(outputs.count)
        guard !parameter.isFixed else { continue }
        for coefficient in 0..<parameter.length(counts: counts) {
          outputs.append(
            try smooth.derivative(by: .coefficient(parameter: index, index: coefficient)))
        }
      }
      starts.append(outputs.count)
      return FormulaKernel(
        value: try Program(outputs: [formula]), derivatives: try Program(outputs: outputs),
        isGated: descriptor.isGated, starts: starts)
    } catch {
      throw .failed("the formula of \(descriptor.id) cannot be evaluated: \(error.description)")
    }
  }

  private init(value: Program, derivatives: Program, isGated: Bool, starts: [Int]) {
    self.value = value
    self.derivatives = derivatives
    self.isGated = isGated
    self.starts = starts
  }

  /// This kernel as a row.
  ///
  /// It lives as long as the bound handle that holds it.
  var row: Row {
    Row(
      dtype: ACTZOO_F64,
      flags: ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,
      itself: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()),
      forward: { itself, call in FormulaKernel.from(itself).forward(call!) },
      backward: { itself, call in FormulaKernel.from(itself).backward(call!) },
      fused: nil)
  }

  private static func from(_ pointer: UnsafeRawPointer?) -> FormulaKernel {
    Unmanaged<FormulaKernel>.fromOpaque(pointer!).takeUnretainedValue()
  }

  private func forward(_ call: UnsafePointer<actzoo_call>) -> actzoo_status {
    walk(call, value) { point, results in
      point.store(call.pointee.y, results[0])
    }
  }

  private func backward(_ call: UnsafePointer<actzoo_call>) -> actzoo_status {
    walk(call, derivatives) { point, results in
      let dy = call.pointee.dy.data == nil ? 1 : point.load(call.pointee.dy)
      point.store(call.pointee.dx.0, dy * results[0])
      if isGated { point.store(call.pointee.dx.1, dy * results[1]) }
      guard let sums = call.pointee.dparam else { return }
      for parameter in 0..<(starts.count - 1) {
        guard let data = sums[parameter].data else { continue }
        let cells = data.assumingMemoryBound(to: Double.self) + point.offset(sums[parameter])
        for output in starts[parameter]..<starts[parameter + 1] {
          cells[(output - starts[parameter]) * Int(sums[parameter].step)] += dy * results[output]
        }
      }
    }
  }

  /// Runs a program at every point of the box.
  private func walk(
    _ call: UnsafePointer<actzoo_call>, _ program: Program,
    _ use: (Point, UnsafeMutablePointer<Double>) -> Void
  ) -> actzoo_status {
    let parameters = starts.count - 1
    var coefficients = 0
    for parameter in 0..<parameters { coefficients += Int(call.pointee.param[parameter].count) }
    let cells = program.scratchCount + program.outputCount + coefficients
    let pointers = UnsafeMutablePointer<UnsafePointer<Double>>.allocate(capacity: parameters + 1)
    defer { pointers.deallocate() }
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: cells)
    defer { scratch.deallocate() }
    let results = scratch + program.scratchCount
    let gathered = results + program.outputCount
    let extent = call.pointee.extent
    for i in 0..<extent.0 {
      for j in 0..<extent.1 {
        for k in 0..<extent.2 {
          for l in 0..<extent.3 {
            let point = Point(index: (i, j, k, l))
            if l == 0 || variesInside(call, parameters) {
              gather(call, parameters, point, gathered, pointers)
            }
            let x = call.pointee.x
            let u = call.pointee.noise.data.map {
              Double($0.assumingMemoryBound(to: Float.self)[point.offset(call.pointee.noise)])
            }
            program.run(
              x: point.load(x.0), g: isGated ? point.load(x.1) : 0, u: u ?? 0,
              coefficients: UnsafePointer(pointers), scratch: scratch, into: results)
            use(point, results)
          }
        }
      }
    }
    return ACTZOO_OK
  }

  private func variesInside(_ call: UnsafePointer<actzoo_call>, _ parameters: Int) -> Bool {
    for parameter in 0..<parameters where call.pointee.param[parameter].stride.3 != 0 {
      return true
    }
    return false
  }

  /// Copies the coefficients that hold at a point to where the program wants them: side by side.
  private func gather(
    _ call: UnsafePointer<actzoo_call>, _ parameters: Int, _ point: Point,
    _ target: UnsafeMutablePointer<Double>,
    _ pointers: UnsafeMutablePointer<UnsafePointer<Double>>
  ) {
    var at = target
    for parameter in 0..<parameters {
      let view = call.pointee.param[parameter]
      let values = view.data.assumingMemoryBound(to: Double.self) + point.offset(view)
      for index in 0..<Int(view.count) { at[index] = values[index * Int(view.step)] }
      pointers[parameter] = UnsafePointer(at)
      at += Int(view.count)
    }
  }

  /// One point of the box.
  private struct Point {
    let index: (Int64, Int64, Int64, Int64)

    @inline(__always)
    func offset(_ view: actzoo_view) -> Int {
      let s = view.stride
      return Int(index.0 * s.0 + index.1 * s.1 + index.2 * s.2 + index.3 * s.3)
    }

    @inline(__always)
    func load(_ view: actzoo_view) -> Double {
      view.data.assumingMemoryBound(to: Double.self)[offset(view)]
    }

    @inline(__always)
    func store(_ view: actzoo_view, _ value: Double) {
      view.data?.assumingMemoryBound(to: Double.self)[offset(view)] = value
    }
  }
}
