public import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import ZooHost
#endif

// The functions of actzoo.h that bind and evaluate. Each is documented there.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// Binds an activation to a type and to shapes of parameters.
@c @implementation
public func actzoo_bind(
  _ activation: OpaquePointer?, _ binding: UnsafePointer<actzoo_binding>?,
  _ bound: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let handle = ActivationHandle.from(activation), let bound else {
      throw ZooError(status: ACTZOO_INVALID, message: "activation or bound is NULL")
    }
    bound.pointee = nil
    let made = try handle.activation.bind(try readBinding(binding))
    bound.pointee = OpaquePointer(Unmanaged.passRetained(made).toOpaque())
  }
}

func readBinding(_ pointer: UnsafePointer<actzoo_binding>?) throws(ZooError) -> Binding {
  var result = Binding()
  guard let pointer else { return result }
  var binding = actzoo_binding()
  memcpy(&binding, pointer, min(Int(pointer.pointee.size), MemoryLayout<actzoo_binding>.size))
  guard binding.size >= 8 else {
    throw ZooError(
      status: ACTZOO_INVALID,
      message: "the binding's size is \(binding.size); set it to sizeof(actzoo_binding)")
  }
  if binding.dtype != 0 { result.dtype = binding.dtype }
  if binding.channel_axis != 0 { result.channelAxis = Int(binding.channel_axis) }
  guard let choices = binding.choices else { return result }
  guard binding.choices_count <= 65_536 else {
    throw ZooError(status: ACTZOO_INVALID, message: "choices_count is not the length of choices")
  }
  result.choices = (0..<Int(binding.choices_count)).map {
    Choice(
      granularity: choices[$0].granularity, groups: Int(choices[$0].groups),
      count: Int(clamping: choices[$0].count))
  }
  return result
}

/// Ends a bound handle.
@c @implementation
public func actzoo_unbind(_ bound: OpaquePointer?) {
  if let bound { Unmanaged<BoundActivation>.fromOpaque(UnsafeRawPointer(bound)).release() }
}

/// Hands the arguments on; the two NULLs that the Swift host cannot see are refused here.
@inline(__always)
private func evaluate(
  _ bound: OpaquePointer?, _ arguments: UnsafePointer<actzoo_arguments>?,
  _ message: UnsafeMutablePointer<CChar>?, _ size: UInt64,
  _ pass: (BoundActivation, UnsafePointer<actzoo_arguments>) throws(ZooError) -> Void
) -> actzoo_status {
  answer(message, size) { () throws(ZooError) in
    guard let bound, let arguments else {
      throw ZooError(status: ACTZOO_INVALID, message: "bound or arguments is NULL")
    }
    let handle = Unmanaged<BoundActivation>.fromOpaque(UnsafeRawPointer(bound))
    try pass(handle.takeUnretainedValue(), arguments)
  }
}

/// Evaluates y = f(x).
@c @implementation
public func actzoo_forward(
  _ bound: OpaquePointer?, _ arguments: UnsafePointer<actzoo_arguments>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_size: UInt64
) -> actzoo_status {
  evaluate(bound, arguments, message, message_size) { (bound, arguments) throws(ZooError) in
    try bound.forward(arguments)
  }
}

/// Evaluates dx and the parameter gradients.
@c @implementation
public func actzoo_backward(
  _ bound: OpaquePointer?, _ arguments: UnsafePointer<actzoo_arguments>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_size: UInt64
) -> actzoo_status {
  evaluate(bound, arguments, message, message_size) { (bound, arguments) throws(ZooError) in
    try bound.backward(arguments)
  }
}

/// Evaluates forward and backward in one pass.
@c @implementation
public func actzoo_fused(
  _ bound: OpaquePointer?, _ arguments: UnsafePointer<actzoo_arguments>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_size: UInt64
) -> actzoo_status {
  evaluate(bound, arguments, message, message_size) { (bound, arguments) throws(ZooError) in
    try bound.fused(arguments)
  }
}

/// Writes numbers of a noise stream.
@c @implementation
public func actzoo_noise(
  _ seed: UInt64, _ offset: UInt64, _ values: UnsafeMutablePointer<Float>?, _ count: UInt64
) {
  if let values { fillNoise(seed: seed, offset: offset, values, count: Int(clamping: count)) }
}

/// Sets how many of the library's threads work at once.
@c @implementation
public func actzoo_set_threads(_ threads: UInt32) { ThreadPool.shared.threads = Int(threads) }

/// How many of the library's threads work at once.
@c @implementation
public func actzoo_threads() -> UInt32 { UInt32(ThreadPool.shared.threads) }
