import ArgumentParser
import CActZoo
import Foundation
import ZooHost

/// `actzoo gallery`: the whole zoo on one page.
struct Gallery: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a page that shows every activation: curves, formula, parameters, speed.",
    discussion: """
      One file, which needs nothing from elsewhere. Speeds are those of `actzoo bench`, f32 in one \
      thread, measured while the page is made.

      Examples:
        actzoo gallery -o gallery.html
        actzoo gallery --no-speed --path ./my-plugins -o gallery.html
      """)

  @OptionGroup var access: ZooAccess

  @Option(name: .shortAndLong, help: "The file to write.")
  var output = "gallery.html"

  @Flag(inversion: .prefixedNo, help: "Measure how long an element takes.")
  var speed = true

  /// Elements of a call that is timed.
  static let elements = 1 << 16
  private static let secondsEach = 0.2

  func run() throws {
    let zoo = try access.openFilled()
    let sheets = DataSheets.installed
    var entries: [GalleryEntry] = []
    var bar = ProgressBar()
    if speed { ThreadPool.shared.threads = 1 }
    for (index, activation) in zoo.activations.enumerated() {
      let d = activation.descriptor
      bar.show(Double(index) / Double(zoo.activations.count), d.name)
      let timing = speed ? try time(activation) : nil
      entries.append(
        try GalleryEntry(
          activation, key: zoo.key(activation), sheet: sheets.sheet(for: d.id), timing: timing))
    }
    bar.clear()
    let page = GalleryPage(
      entries: entries, sheets: sheets.sheets, measured: speed ? conditions : nil)
    try write(page.document, to: output)
    print("wrote \(output): \(counted(entries.count, "activation"))")
  }

  private func time(_ activation: Activation) throws(CommandFailure) -> BenchTiming {
    try BenchRun(activation, ACTZOO_F32, Self.elements).time(seconds: Self.secondsEach)
  }

  private var conditions: String {
    let day = Date.now.formatted(.iso8601.year().month().day())
    return "f32, \(Self.elements) elements, one thread, medians, on \(Machine.processor) "
      + "(\(Machine.level)), \(day)"
  }
}
