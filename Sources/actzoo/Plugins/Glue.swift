import Exporting
import Formula

/// The parts of a Swift plugin that follow from its descriptor, so that its author states nothing
/// twice: the text in its section, the constant table of kernels, one C function per row and pass.
struct Glue {
  let descriptor: Descriptor
  let level: Level

  private static let types = [(swift: "F32", c: "ACTZOO_F32"), (swift: "F64", c: "ACTZOO_F64")]
  private static let passes = ["forward", "backward", "fused"]

  /// The text as it is embedded: with the level, which only the build knows.
  var text: String {
    if level.isFirst { return descriptor.text }
    var lines = descriptor.text.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    if let plugin = lines.firstIndex(where: { $0.split(separator: " ").first == "plugin" }) {
      let parts = lines[plugin].split(
        separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      lines[plugin] = "\(parts[0]) isa \(level.rawValue)" + (parts.count > 1 ? " #\(parts[1])" : "")
    }
    return lines.joined(separator: "\n")
  }

  /// Only the text, for a plugin whose C sources have their own table.
  var manifestSource: String { "#include \"actzoo/plugin.h\"\n\n\(manifestStatement)\n" }

  /// The text in its section.
  var manifestStatement: String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "  \"\(Self.escaped($0))\\n\"\n" }
    return "ACTZOO_MANIFEST const char manifest[] =\n\(lines.joined());"
  }

  /// The text and the table: everything in it is constant data (rule P2).
  var cSource: String {
    var source = manifestSource + "\n"
    var rows: [String] = []
    for activation in descriptor.activations {
      for type in Self.types {
        let row = symbol(activation, type.swift)
        for pass in Self.passes {
          source += "actzoo_status \(row)_\(pass)(const void *self, const actzoo_call *call);\n"
        }
        source += """
          static const actzoo_kernels \(row) = {
            .size = sizeof(actzoo_kernels), .dtype = \(type.c), .device_type = 1,
            .flags = ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,
            .activation = "\(activation.id)",
            .forward = \(row)_forward, .backward = \(row)_backward, .fused = \(row)_fused,
          };

          """
        rows.append("&\(row)")
      }
    }
    return source + """
      static const actzoo_kernels *const rows[] = {\(rows.joined(separator: ", "))};
      static const actzoo_plugin plugin = {
        .size = sizeof(actzoo_plugin), .needs_minor = 0, .kernels_count = \(rows.count), .kernels = rows,
      };
      const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
        (void)host;
        return &plugin;
      }

      """
  }

  /// One C function per row and pass, each a call of PluginKit with the activation's type and row kernels.
  var swiftSource: String {
    var source = "import CActZoo\n\n"
    for activation in descriptor.activations {
      for type in Self.types {
        for pass in Self.passes {
          let name = "\(symbol(activation, type.swift))_\(pass)"
          let types = "\(activation.typeName).self, \(type.swift).self"
          // A kernel that nobody can call would still be compiled, and sums that nobody wants computed.
          let learns = activation.parameters.contains { !$0.isFixed }
          func kernel(_ pass: String) -> String { "{ rows(\(types), \(pass).self, $0) }" }
          var kernels = kernel("Forward")
          if pass != "forward" {
            let name = pass == "backward" ? "Backward" : "Fused"
            kernels = kernel("\(name)<\(learns ? "SharedSums" : "NoSums")>")
            kernels += ", " + (learns ? kernel("\(name)<AlongSums>") : "nil")
          }
          source += """
            @c(\(name)) public func \(name)(
              _ state: UnsafeRawPointer?, _ call: UnsafePointer<actzoo_call>?
            ) -> actzoo_status { \(pass)(\(types), call, \(kernels)) }

            """
        }
      }
    }
    return source
  }

  private func symbol(_ activation: ActivationDescriptor, _ type: String) -> String {
    let name = activation.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return "actzoo_\(String(name))_\(type.lowercased())"
  }

  private static func escaped(_ line: Substring) -> String {
    var text = ""
    for byte in line.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):  // '?': no trigraphs
        text += "\\" + String(UnicodeScalar(byte))
      case 32..<127: text += String(UnicodeScalar(byte))
      default:
        let octal = String(byte, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return text
  }
}
