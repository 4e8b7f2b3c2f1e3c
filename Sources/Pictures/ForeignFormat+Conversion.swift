import TensorFiles

extension ForeignFormat {
  /// Whether this is a format of pictures or drawings, supported or not.
  public var isPicture: Bool {
    switch self {
    case .png, .jpeg, .jpeg2000, .jpegXL, .gif, .webP, .heic, .avif, .tiff, .bmp, .svg: true
    default: false
    }
  }

  /// How to convert a file of this format to a supported picture: the command, and Debian's package
  /// that contains it.
  var pictureRepair: String {
    guard let (command, package) = conversion else { return "convert it to one of them" }
    return "make a PNG of it: \(command) (package \(package))"
  }

  private var conversion: (command: String, package: String)? {
    switch self {
    case .webP: ("dwebp FILE -o FILE.png", "webp")
    case .heic: ("heif-convert FILE FILE.png", "libheif-examples")
    case .avif: ("avifdec FILE FILE.png", "libavif-bin")
    case .jpegXL: ("djxl FILE FILE.png", "libjxl-tools")
    // The first image of an animation or of a file with several pages.
    case .gif, .tiff: ("convert 'FILE[0]' FILE.png", "imagemagick")
    case .bmp, .jpeg2000: ("convert FILE FILE.png", "imagemagick")
    case .svg: ("rsvg-convert FILE -o FILE.png", "librsvg2-bin")
    case .pdf: ("pdftoppm -png FILE FILE", "poppler-utils")
    default: nil
    }
  }
}
