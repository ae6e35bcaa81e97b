import Formula
import Foundation
import ZooHost

/// What is exported: one activation, a text of its own, and the chosen counts.
struct ExportSource {
  let activation: ActivationDescriptor
  /// A text with this activation alone.
  let descriptor: Descriptor
  /// The values of the counts, in the order of the descriptor.
  let counts: [Int]

  /// - Parameter name: what the zoo finds, or a path to a file that ends in `.actzoo`.
  init(_ name: String, _ access: ZooAccess, counts: [String]) throws(CommandFailure) {
    let text: String
    if name.hasSuffix(".actzoo") {
      let whole = try TextFile(name).descriptor
      guard whole.activations.count == 1, let only = whole.activations.first else {
        let names = whole.activations.map(\.name).joined(separator: ", ")
        throw CommandFailure(
          "\(name) holds \(names); export writes one: put the file on the path and say its name.")
      }
      (activation, text) = (only, whole.text)
    } else {
      let found = try access.find(name)
      (activation, text) = (found.descriptor, found.text)
    }
    descriptor = try Self.cut(text, to: activation)
    self.counts = try Self.counts(counts, activation)
  }

  /// The statements of one activation after a `plugin` line of its own.
  private static func cut(_ text: String, to activation: ActivationDescriptor)
    throws(CommandFailure) -> Descriptor
  {
    var kept: [String] = []
    var isKept = true
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count > 2, words[0] == "activation", words[1].contains("/") {
        isKept = words[1] == activation.id
      } else if words.first == "plugin", kept.allSatisfy({ !$0.hasPrefix("plugin") }) {
        kept.append(pluginLine(words, activation))
        continue
      }
      if isKept { kept.append(line) }
    }
    while let last = kept.last, last.allSatisfy(\.isWhitespace) { kept.removeLast() }
    do {
      let descriptor = try Descriptor.parse(kept.joined(separator: "\n"))
      guard descriptor.activations.map(\.id) == [activation.id] else {
        throw CommandFailure("the text of \(activation.id) cannot be cut out of its plugin's.")
      }
      return descriptor
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("the text of \(activation.id) cannot be cut out of its plugin's.")
    }
  }

  /// `plugin ID version V license L` with the activation's id and no level.
  private static func pluginLine(_ words: [Substring], _ activation: ActivationDescriptor) -> String
  {
    var line = words.map(String.init)
    if line.count > 1 { line[1] = String(activation.id.prefix { $0 != "/" }) }
    if let isa = line.firstIndex(of: "isa") {
      line.removeSubrange(isa..<min(isa + 2, line.count))
    }
    return line.joined(separator: " ")
  }

  private static func counts(_ words: [String], _ activation: ActivationDescriptor)
    throws(CommandFailure) -> [Int]
  {
    var counts = activation.defaultCounts
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = Int(parts[1]) else {
        throw CommandFailure("'\(word)' is not NAME=INTEGER; say for example --count n=8.")
      }
      let known = activation.counts.map(\.name)
      guard let index = known.firstIndex(of: parts[0]) else {
        throw CommandFailure(
          "\(activation.name) has no count '\(parts[0])'"
            + (known.isEmpty ? "." : "; it has \(known.joined(separator: ", "))."))
      }
      let count = activation.counts[index]
      guard (count.minimum...count.maximum).contains(value) else {
        throw CommandFailure(
          "\(count.name) of \(activation.name) is from \(count.minimum) to \(count.maximum), "
            + "not \(value).")
      }
      counts[index] = value
    }
    return counts
  }
}

/// A `.actzoo` file by itself.
struct TextFile {
  let path: String
  let descriptor: Descriptor

  init(_ path: String) throws(CommandFailure) {
    self.path = path
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("there is no file \(path) that can be read.")
    }
    do { descriptor = try Descriptor.parse(String(decoding: bytes, as: UTF8.self)) } catch {
      throw CommandFailure("\(path): \(error.description)")
    }
  }
}
