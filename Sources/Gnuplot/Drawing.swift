import Foundation

/// One call of a figure's script: some of its pictures, drawn under temporary names.
struct Drawing {
  /// The figure's folder, and that of its pictures.
  let folder: URL
  let name: String
  let formats: [PictureFormat]
  /// The script's file name: the figure's own, or of a copy of it.
  let script: String
  /// The file with an image's pixels as bytes (`Figure.pixelBytes`), which gnuplot reads faster than the
  /// table.
  let pixels: String?

  var scriptURL: URL { folder.appending(path: script) }

  private static func temporary(_ name: String) -> String { ".\(name).drawing" }

  private func unfinished(_ format: PictureFormat) -> URL {
    folder.appending(path: "\(Self.temporary(name)).\(format.rawValue)")
  }

  /// The calls that draw a figure whose script and data lie in `folder`. A PNG of letters that no font has
  /// is drawn by a copy of the script that has hollow squares instead.
  static func all(
    of name: String, script text: String, pixels: Data? = nil, formats: [PictureFormat],
    in folder: URL
  ) throws(RenderError) -> [Drawing] {
    guard !formats.isEmpty else { return [] }
    let pixelFile = pixels.map { _ in temporary(name) + ".pixels" }
    if let pixels, let pixelFile {
      try Renderer.write(pixels, to: folder.appending(path: pixelFile))
    }
    func drawing(_ formats: [PictureFormat], script: String) -> Drawing {
      Drawing(folder: folder, name: name, formats: formats, script: script, pixels: pixelFile)
    }
    guard formats.contains(.png), !text.unicodeScalars.allSatisfy(Renderer.canDraw) else {
      return [drawing(formats, script: name + ".gp")]
    }
    let copy = temporary(name) + ".gp"
    let drawable = FontCoverage.ofThisMachine.drawable(text)
    try Renderer.write(Data(drawable.utf8), to: folder.appending(path: copy))
    let others = formats.filter { $0 != .png }
    return [drawing([.png], script: copy)]
      + (others.isEmpty ? [] : [drawing(others, script: name + ".gp")])
  }

  /// The words for gnuplot, run in `place`: the figure's folder, or the one around it.
  func arguments(from place: URL) -> [String] {
    let way = place.path == folder.path ? "" : folder.lastPathComponent + "/"
    var settings = [
      "formats = '\(formats.map(\.rawValue).joined(separator: " "))'",
      "output = '\(way)\(Self.temporary(name))'",
    ]
    if let pixels { settings.append("pixels = '\(way)\(pixels)'") }
    return ["-e", settings.joined(separator: "; "), way + script]
  }

  /// Whether every picture has been drawn to its end.
  var isWhole: Bool { formats.allSatisfy { Self.isWhole(unfinished($0), $0) } }

  /// - Throws: `RenderError.noPicture` for the first picture that is absent or cut off.
  func check() throws(RenderError) {
    for format in formats where !Self.isWhole(unfinished(format), format) {
      throw .noPicture(script: scriptURL.path, format: format)
    }
  }

  /// Gives the pictures their names.
  ///
  /// - Parameter target: The folder to move them to; their own where nil.
  func publish(to target: URL? = nil) throws(RenderError) {
    for format in formats where format == .svg {
      guard let text = try? String(contentsOf: unfinished(format), encoding: .utf8) else {
        continue
      }
      try Renderer.write(Data(DrawingStyle.applied(to: text).utf8), to: unfinished(format))
    }
    for format in formats {
      let finished = (target ?? folder).appending(path: "\(name).\(format.rawValue)")
      guard rename(unfinished(format).path, finished.path) == 0 else {
        throw .unwritable(file: finished.path, problem: String(cString: strerror(errno)))
      }
    }
  }

  /// Removes what drawings of a figure may have left in its folder.
  static func removeTemporaries(of name: String, in folder: URL) {
    let ends = PictureFormat.allCases.map(\.rawValue) + ["gp", "pixels"]
    for end in ends { unlink(folder.appending(path: "\(temporary(name)).\(end)").path) }
  }

  /// Whether a picture ends as its format does. gnuplot does not notice a disk that is full.
  private static func isWhole(_ url: URL, _ format: PictureFormat) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd() else {
      return false
    }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: size - min(size, 20))) != nil,
      let end = try? file.readToEnd()
    else { return false }
    switch format {
    case .png: return end.suffix(12).dropFirst(4).prefix(4).elementsEqual("IEND".utf8)
    case .svg: return String(decoding: end, as: UTF8.self).contains("</svg>")
    }
  }
}
