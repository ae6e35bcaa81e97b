import CActZoo

/// Buffers of one row of f32 and the calls on them: what a sweep over many rows does not allocate anew.
final class SweepRow {
  let x: UnsafeMutablePointer<Float>
  /// For each output its elements.
  let results: [UnsafeMutablePointer<Float>]
  /// The second input and the noise as doubles; nil where the activation has none.
  let wideG: UnsafeMutablePointer<Double>?
  let wideNoise: UnsafeMutablePointer<Double>?

  private let kernel: Kernel
  private let outputs: [Output]
  private let count: Int
  private let y: UnsafeMutablePointer<Float>
  private let g: UnsafeMutablePointer<Float>
  private let noise: UnsafeMutablePointer<Float>
  private let coefficients: UnsafeMutablePointer<Float>
  private var parameters: [actzoo_view] = []

  init(_ kernel: Kernel, _ outputs: [Output], _ setting: Setting, _ count: Int) {
    (self.kernel, self.outputs, self.count) = (kernel, outputs, count)
    func buffer() -> UnsafeMutablePointer<Float> {
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: count)
      buffer.initialize(repeating: 0, count: count)
      return buffer
    }
    (x, y, g, noise) = (buffer(), buffer(), buffer(), buffer())
    results = outputs.map { _ in buffer() }
    var random = Random(17)
    for i in 0..<count {
      g[i] = Float(2 * random.normal())
      noise[i] = Float(random.next() >> 40) * 0x1p-24
    }
    func widened(_ from: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Double> {
      let wide = UnsafeMutablePointer<Double>.allocate(capacity: count)
      for i in 0..<count { (wide + i).initialize(to: Double(from[i])) }
      return wide
    }
    wideG = kernel.activation.isGated ? widened(g) : nil
    wideNoise = kernel.activation.usesNoise ? widened(noise) : nil
    coefficients = .allocate(capacity: setting.values.joined().count + 1)
    var start = coefficients
    for (parameter, values) in zip(kernel.activation.parameters, setting.values) {
      for (i, value) in values.enumerated() { (start + i).initialize(to: Float(value)) }
      parameters.append(
        actzoo_view(
          data: start, stride: (0, 0, 0, 0), step: parameter.isVector ? 1 : 0,
          count: Int64(values.count)))
      start += values.count
    }
  }

  deinit {
    for buffer in [x, y, g, noise, coefficients] + results { buffer.deallocate() }
    wideG?.deallocate()
    wideNoise?.deallocate()
  }

  private func view(_ data: UnsafeMutablePointer<Float>) -> actzoo_view {
    let n = Int64(count)
    return actzoo_view(data: data, stride: (n, n, n, 1), step: 0, count: 0)
  }

  /// Computes every output at x; throws if the kernel refuses.
  func call() throws(Trouble) {
    let needsY = kernel.has(ACTZOO_BACKWARD_NEEDS_Y)
    for (output, result) in zip(outputs, results) where output == .y {
      try call(.forward) { $0.y = view(result) }
    }
    if outputs == [.y] { return }
    if needsY { try call(.forward) { $0.y = view(y) } }
    try call(kernel.backward == nil ? .fused : .backward) { call in
      if needsY || kernel.backward == nil { call.y = view(y) }
      for (output, result) in zip(outputs, results) {
        if output == .dx { call.dx.0 = view(result) }
        if output == .dg { call.dx.1 = view(result) }
      }
    }
  }

  private func call(_ pass: Pass, _ fill: (inout actzoo_call) -> Void) throws(Trouble) {
    var call = actzoo_call()
    call.size = UInt32(MemoryLayout<actzoo_call>.size)
    call.dtype = ACTZOO_F32
    call.extent = (1, 1, 1, Int64(count))
    call.x.0 = view(x)
    if wideG != nil { call.x.1 = view(g) }
    if wideNoise != nil { call.noise = view(noise) }
    call.device_type = 1
    fill(&call)
    let status = parameters.withUnsafeBufferPointer { parameters in
      call.param = parameters.baseAddress
      let lengths = parameters.map { Int($0.count) }
      return kernel.function(pass)?(kernel.itself(lengths), &call) ?? ACTZOO_UNSUPPORTED
    }
    if status != ACTZOO_OK {
      throw Trouble("\(pass.rawValue) on a row of \(count) was refused (status \(status)).")
    }
  }
}
