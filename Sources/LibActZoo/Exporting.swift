public import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import Exporting
  import Formula
  import ZooHost
#endif

// The function of actzoo.h that writes activations for other programs. It is documented there.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// An activation as text that needs no zoo.
@c @implementation
public func actzoo_export(
  _ activation: OpaquePointer?, _ binding: UnsafePointer<actzoo_binding>?,
  _ form: UnsafePointer<CChar>?, _ text: UnsafeMutablePointer<CChar>?, _ text_size: UInt64,
  _ length: UnsafeMutablePointer<UInt64>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let handle = ActivationHandle.from(activation), let form, let length else {
      throw ZooError(status: ACTZOO_INVALID, message: "activation, form or length is NULL")
    }
    let name = String(cString: form)
    guard let wanted = TextForm.allCases.first(where: { $0.rawValue == name }) else {
      let known = TextForm.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw ZooError(
        status: ACTZOO_INVALID, message: "'\(name)' is not a form of text; use one of \(known)")
    }
    let source = try exported(handle.activation, try readBinding(binding), wanted)
    length.pointee = UInt64(source.utf8.count)
    guard let text else { return }
    guard UInt64(source.utf8.count) < text_size else {
      throw ZooError(
        status: ACTZOO_INVALID,
        message:
          "the text has \(source.utf8.count) bytes and a terminator; text_size is \(text_size)")
    }
    for (at, byte) in source.utf8.enumerated() { text[at] = CChar(bitPattern: byte) }
    text[source.utf8.count] = 0
  }
}

private func exported(
  _ activation: Activation, _ binding: Binding, _ form: TextForm
) throws(ZooError) -> String {
  let counts = try activation.counts(binding)
  do throws(FormulaError) {
    return try activation.descriptor.text(as: form, counts: counts, plugin: activation.plugin)
  } catch {
    throw ZooError(
      status: ACTZOO_UNSUPPORTED, message: "\(activation.descriptor.name): \(error.message)")
  }
}
