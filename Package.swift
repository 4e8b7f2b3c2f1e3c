// swift-tools-version: 6.2
import PackageDescription

// Debug builds optimise the numerical modules too: a test run that trains a network would otherwise
// take minutes. Release builds already do.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The processor that the kernels are built for: the one that builds them, or another that the
// environment names in clang's words, as in
//
//     TESSERA_CPU=x86-64-v3 swift build -c release --scratch-path .build/x86-64-v3
let namedProcessor = Context.environment["TESSERA_CPU"] ?? ""
let processor = namedProcessor.isEmpty ? "native" : namedProcessor
#if arch(arm64)
  let processorFlag = "-mcpu=\(processor)"
#else
  let processorFlag = "-march=\(processor)"
#endif

// Libfuzzer's program, which brings `main` along, is part of the package where it is asked for only, by
// `Tests/Fuzz/run.sh`. Kernels compute and read nothing: they are built as fast as can be then.
let isFuzzing = Context.environment["TESSERA_FUZZ"] != nil
let kernelOptimization = isFuzzing ? "-Onone" : "-Ounchecked"

// The kernels alone give up Swift's run-time checks and use all that this processor has. Shapes are
// checked by `Layers`, which calls them.
let kernelSettings: [SwiftSetting] = [
  .unsafeFlags([kernelOptimization, "-gline-tables-only", "-Xcc", processorFlag])
]

// A stage is a script: its top level and its functions share the main actor.
let stageSettings: [SwiftSetting] = [.defaultIsolation(MainActor.self)]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "Tessera",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // System libraries
    .systemLibrary(name: "CVectors"),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSpng", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(
      name: "CMarkGFM", pkgConfig: "libcmark-gfm",
      providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),

    // The library, lowest module first
    .target(name: "CJPEGDecoder", dependencies: ["CJPEG"]),
    .target(name: "CheckedNumbers"),
    .target(name: "Declarations", dependencies: ["CheckedNumbers"]),
    .target(name: "Digests", dependencies: ["CCrypto"]),
    .target(name: "OpenBLAS"),
    .target(name: "Processors"),
    .target(name: "Randomness", swiftSettings: optimized),
    .target(name: "TensorFiles", dependencies: ["CheckedNumbers", "Digests"]),
    .target(name: "Records", dependencies: ["TensorFiles"]),
    .target(name: "Tensors", swiftSettings: optimized),
    .target(
      name: "Kernels", dependencies: ["CVectors", "OpenBLAS", "Processors", "Tensors"],
      exclude: ["README.md"], swiftSettings: kernelSettings),
    .target(
      name: "Layers", dependencies: ["Kernels", "Randomness", "Tensors"],
      swiftSettings: optimized),
    .target(
      name: "Models",
      dependencies: [
        "CheckedNumbers", "Declarations", "Kernels", "Layers", "Randomness", "TensorFiles",
        "Tensors",
      ],
      swiftSettings: optimized),
    .target(
      name: "NumPyFiles", dependencies: ["CZlib", "TensorFiles"], swiftSettings: optimized),
    .target(
      name: "Pickles", dependencies: ["NumPyFiles", "TensorFiles"], swiftSettings: optimized),
    .target(
      name: "Datasets",
      dependencies: [
        "CheckedNumbers", "Declarations", "Digests", "NumPyFiles", "Pickles", "Randomness",
        "Records", "TensorFiles", "Tensors",
      ],
      swiftSettings: optimized),
    .target(name: "Resampling", swiftSettings: optimized),
    .target(
      name: "Augmentation", dependencies: ["CheckedNumbers", "Randomness"],
      swiftSettings: optimized),
    .target(
      name: "Loading",
      dependencies: [
        "Augmentation", "Datasets", "Kernels", "Randomness", "Resampling", "TensorFiles", "Tensors",
      ],
      swiftSettings: optimized),
    .target(name: "Metrics", dependencies: ["Records"], swiftSettings: optimized),
    .target(
      name: "Inference",
      dependencies: [
        "CheckedNumbers", "Datasets", "Kernels", "Layers", "Loading", "Metrics", "Models",
        "Records", "TensorFiles", "Tensors",
      ],
      swiftSettings: optimized),
    .target(
      name: "Training",
      dependencies: [
        "Augmentation", "CheckedNumbers", "Datasets", "Declarations", "Inference", "Kernels",
        "Layers", "Loading", "Metrics", "Models", "Processors", "Records", "TensorFiles", "Tensors",
      ],
      swiftSettings: optimized),
    .target(
      name: "Explanations",
      dependencies: [
        "Datasets", "Kernels", "Layers", "Loading", "Metrics", "Models", "Notebook", "Records",
        "TensorFiles", "Tensors", "Training",
      ],
      swiftSettings: optimized),
    .target(name: "Gnuplot", dependencies: ["CheckedNumbers", "Records", "TensorFiles"]),
    .target(
      name: "Figures",
      dependencies: ["CheckedNumbers", "Gnuplot", "Metrics", "Records", "TensorFiles"]),
    .target(name: "Terminals", dependencies: ["TensorFiles"]),
    .target(
      name: "Watching",
      dependencies: ["Figures", "Gnuplot", "Pages", "Planning", "Records", "TensorFiles"]),
    .target(
      name: "Notebook",
      dependencies: ["CheckedNumbers", "TensorFiles", "Terminals", argumentParser]),
    .target(name: "Workers", dependencies: ["Kernels", "Notebook", "Processors", "Tensors"]),
    .target(
      name: "Recipes", dependencies: ["CheckedNumbers", "Declarations", "TensorFiles", yams]),
    .target(name: "SourceText"),
    .target(
      name: "Planning",
      dependencies: ["Declarations", "Recipes", "SourceText", "TensorFiles", yams]),
    .target(
      name: "Pictures", dependencies: ["CJPEGDecoder", "CSpng", "Resampling", "TensorFiles"],
      swiftSettings: optimized),
    .target(
      name: "PictureFolders",
      dependencies: ["Datasets", "Pictures", "Records", "TensorFiles", "Tensors"],
      swiftSettings: optimized),
    .target(
      name: "Preflight",
      dependencies: [
        "Datasets", "Inference", "Models", "Notebook", "Planning", "Recipes", "TensorFiles",
        "Training",
      ]),
    .target(
      name: "Prediction",
      dependencies: [
        "Datasets", "Kernels", "Layers", "Loading", "Metrics", "Models", "Pictures", "Records",
        "Resampling", "TensorFiles", "Tensors",
      ],
      swiftSettings: optimized),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Augmentation", "Datasets", "Digests", "Kernels", "Layers", "Loading", "Models",
        "Processors", "Randomness", "Recipes", "TensorFiles", "Tensors", "Training",
      ],
      swiftSettings: optimized),
    .target(
      name: "OtherData",
      dependencies: [
        "Datasets", "Inference", "Kernels", "Loading", "Metrics", "Models", "PictureFolders",
        "Records", "TensorFiles",
      ]),
    .target(
      name: "Comparison",
      dependencies: ["CheckedNumbers", "Gnuplot", "Planning", "Records", "TensorFiles"]),
    .target(
      name: "Sweeps",
      dependencies: [
        "CheckedNumbers", "Comparison", "Gnuplot", "Planning", "Recipes", "Records", "TensorFiles",
      ]),
    .target(
      name: "Inspection", dependencies: ["CheckedNumbers", "Pictures", "Records", "TensorFiles"]),
    .target(name: "Pages"),
    .target(name: "Prose", dependencies: ["CMarkGFM", "Pages"]),
    .target(
      name: "Weaving",
      dependencies: [
        "Comparison", "Gnuplot", "Inspection", "Metrics", "Models", "Pages", "Pictures",
        "Planning", "Prose", "Recipes", "Records", "SourceText", "Sweeps",
        "TensorFiles",
      ]),
    .executableTarget(
      name: "numerics", dependencies: ["Kernels", "Processors"], swiftSettings: optimized),
    .executableTarget(
      name: "tessera",
      dependencies: [
        "Augmentation", "Benchmarks", "CheckedNumbers", "Comparison", "Datasets", "Gnuplot",
        "Inspection", "Kernels", "Metrics", "Models", "Notebook", "OpenBLAS", "OtherData",
        "PictureFolders", "Pictures", "Planning", "Prediction", "Preflight", "Processors", "Prose",
        "Recipes", "Records", "Sweeps", "TensorFiles", "Tensors", "Terminals", "Training",
        "Watching", "Weaving", argumentParser,
      ]),

    // The stages
    .executableTarget(
      name: "fetch-and-parse",
      dependencies: ["Datasets", "Notebook", "PictureFolders"],
      path: "stages/fetch-and-parse", swiftSettings: stageSettings),
    .executableTarget(
      name: "compute-stats", dependencies: ["Datasets", "Notebook"],
      path: "stages/compute-stats", swiftSettings: stageSettings),
    .executableTarget(
      name: "preprocess-and-split", dependencies: ["CheckedNumbers", "Datasets", "Notebook"],
      path: "stages/preprocess-and-split", swiftSettings: stageSettings),
    .executableTarget(
      name: "train",
      dependencies: [
        "Datasets", "Explanations", "Kernels", "Loading", "Models", "Notebook", "Processors",
        "Training", "Workers",
      ],
      path: "stages/train", swiftSettings: stageSettings),
    .executableTarget(
      name: "evaluate",
      dependencies: [
        "Datasets", "Inference", "Loading", "Metrics", "Models", "Notebook", "Records",
        "TensorFiles", "Workers",
      ],
      path: "stages/evaluate", swiftSettings: stageSettings),
    .executableTarget(
      name: "plot",
      dependencies: ["CheckedNumbers", "Figures", "Gnuplot", "Notebook", "Records", "TensorFiles"],
      path: "stages/plot", swiftSettings: stageSettings),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["CZlib", "Kernels", "TensorFiles", "Tensors"],
      path: "Tests/Support",
      swiftSettings: optimized),
    .target(
      name: "NetworkRuns", dependencies: ["Kernels", "Layers", "Models", "Tensors", "TestSupport"],
      path: "Tests/NetworkRuns", swiftSettings: optimized),
    .executableTarget(
      name: "golden-passes",
      dependencies: [
        "Kernels", "Models", "NetworkRuns", "Processors", "TensorFiles", "TestSupport", "Training",
        argumentParser,
      ],
      path: "Tests/Peers/GoldenPasses", swiftSettings: optimized),
    .target(name: "Allocations", path: "Tests/Allocations"),
    .target(name: "CJPEGEncoder", dependencies: ["CJPEG"], path: "Tests/CJPEGEncoder"),
    .testTarget(
      name: "ProcessorsTests", dependencies: ["Kernels", "Processors", "Tensors"],
      path: "Tests/Processors"),
    .testTarget(
      name: "CheckedNumbersTests", dependencies: ["CheckedNumbers"], path: "Tests/CheckedNumbers"),
    .testTarget(
      name: "DeclarationsTests", dependencies: ["CheckedNumbers", "Declarations"],
      path: "Tests/Declarations"),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"], path: "Tests/Digests"),
    .testTarget(name: "OpenBLASTests", dependencies: ["OpenBLAS"], path: "Tests/OpenBLAS"),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"], path: "Tests/Randomness"),
    .testTarget(
      name: "TensorFilesTests", dependencies: ["TensorFiles", "TestSupport"],
      path: "Tests/TensorFiles"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"], path: "Tests/Tensors"),
    .testTarget(
      name: "LayersTests",
      dependencies: ["Kernels", "Layers", "Processors", "Randomness", "Tensors", "TestSupport"],
      path: "Tests/Layers", swiftSettings: optimized),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Kernels", "Layers", "Models", "NetworkRuns", "Randomness", "TensorFiles", "Tensors",
        "TestSupport", "Training",
      ],
      path: "Tests/Models", swiftSettings: optimized),
    .testTarget(
      name: "PicklesTests", dependencies: ["NumPyFiles", "Pickles", "TestSupport"],
      path: "Tests/Pickles"),
    .testTarget(
      name: "NumPyFilesTests", dependencies: ["NumPyFiles", "TestSupport"],
      path: "Tests/NumPyFiles"),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "Declarations", "TensorFiles", "TestSupport"],
      path: "Tests/Datasets"),
    .testTarget(
      name: "ResamplingTests", dependencies: ["Resampling", "TensorFiles", "TestSupport"],
      path: "Tests/Resampling"),
    .testTarget(
      name: "AugmentationTests",
      dependencies: ["Augmentation", "Randomness", "TensorFiles", "TestSupport"],
      path: "Tests/Augmentation"),
    .testTarget(
      name: "LoadingTests",
      dependencies: [
        "Augmentation", "Datasets", "Kernels", "Loading", "Randomness", "Resampling", "TensorFiles",
        "Tensors", "TestSupport",
      ],
      path: "Tests/Loading", swiftSettings: optimized),
    .testTarget(
      name: "RecordsTests", dependencies: ["Records", "TestSupport"], path: "Tests/Records"),
    .testTarget(
      name: "WatchingTests", dependencies: ["Gnuplot", "Records", "Watching"],
      path: "Tests/Watching"),
    .testTarget(
      name: "MetricsTests", dependencies: ["Metrics", "Records"], path: "Tests/Metrics"),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Datasets", "Inference", "Kernels", "Layers", "Loading", "Metrics", "Models", "Randomness",
        "Records", "TensorFiles", "Tensors", "TestSupport",
      ],
      path: "Tests/Inference", swiftSettings: optimized),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Allocations", "Augmentation", "CheckedNumbers", "Datasets", "Declarations", "Explanations",
        "Inference", "Kernels", "Layers", "Loading", "Metrics", "Models", "Records", "TensorFiles",
        "Tensors", "TestSupport",
        "Training",
      ],
      path: "Tests/Training", swiftSettings: optimized),
    .testTarget(
      name: "ExplanationsTests",
      dependencies: [
        "Datasets", "Explanations", "Kernels", "Layers", "Loading", "Models", "Randomness",
        "TensorFiles", "Tensors", "TestSupport", "Training",
      ],
      path: "Tests/Explanations", swiftSettings: optimized),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "Datasets", "Kernels", "Processors", "Tensors"],
      path: "Tests/Benchmarks"),
    .testTarget(
      name: "TerminalsTests", dependencies: ["TensorFiles"], path: "Tests/Terminals"),
    .testTarget(
      name: "NotebookTests",
      dependencies: [
        "CheckedNumbers", "Datasets", "Inference", "Models", "Notebook", "Recipes", "TensorFiles",
        "TestSupport", "Training", argumentParser,
      ],
      path: "Tests/Notebook"),
    .testTarget(
      name: "GnuplotTests", dependencies: ["Gnuplot", "TestSupport"], path: "Tests/Gnuplot"),
    .testTarget(
      name: "FiguresTests",
      dependencies: ["Figures", "Gnuplot", "Records", "TensorFiles", "TestSupport"],
      path: "Tests/Figures"),
    .testTarget(
      name: "ComparisonTests",
      dependencies: ["Comparison", "Gnuplot", "Planning", "TensorFiles", "TestSupport"],
      path: "Tests/Comparison"),
    .testTarget(
      name: "SweepsTests",
      dependencies: [
        "Comparison", "Gnuplot", "Planning", "Sweeps", "TensorFiles", "TestSupport",
      ],
      path: "Tests/Sweeps"),
    .testTarget(
      name: "RecipesTests",
      dependencies: [
        "CheckedNumbers", "Declarations", "Models", "Planning", "Recipes", "Training",
      ],
      path: "Tests/Recipes"),
    .testTarget(
      name: "SourceTextTests", dependencies: ["SourceText"], path: "Tests/SourceText"),
    .testTarget(name: "PagesTests", dependencies: ["Pages"], path: "Tests/Pages"),
    .testTarget(name: "ProseTests", dependencies: ["Pages", "Prose"], path: "Tests/Prose"),
    .testTarget(
      name: "WeavingTests",
      dependencies: [
        "Inspection", "Pages", "Pictures", "Planning", "Prose", "TensorFiles", "TestSupport",
        "Weaving",
      ],
      path: "Tests/Weaving"),
    .testTarget(
      name: "PlanningTests", dependencies: ["Planning", "Recipes"], path: "Tests/Planning"),
    .testTarget(
      name: "InspectionTests",
      dependencies: ["Inspection", "Pictures", "TensorFiles", "TestSupport"],
      path: "Tests/Inspection"),
    .testTarget(
      name: "PicturesTests",
      dependencies: [
        "CJPEGEncoder", "CSpng", "Pictures", "Randomness", "Resampling", "TestSupport",
      ],
      path: "Tests/Pictures"),
    .testTarget(
      name: "PictureFoldersTests",
      dependencies: [
        "Datasets", "PictureFolders", "Pictures", "TensorFiles", "TestSupport",
      ],
      path: "Tests/PictureFolders"),
    .testTarget(
      name: "OtherDataTests",
      dependencies: [
        "Datasets", "Inference", "Kernels", "Loading", "Models", "OtherData", "PictureFolders",
        "Pictures", "TensorFiles", "TestSupport",
      ],
      path: "Tests/OtherData"),
    .testTarget(
      name: "PreflightTests",
      dependencies: [
        "Models", "Planning", "Preflight", "Recipes", "TensorFiles", "TestSupport", "Training",
      ],
      path: "Tests/Preflight"),
    .testTarget(
      name: "PredictionTests",
      dependencies: [
        "Datasets", "Inference", "Kernels", "Layers", "Loading", "Models", "Pictures", "Prediction",
        "Randomness", "Resampling", "TensorFiles", "TestSupport",
      ],
      path: "Tests/Prediction"),
    .testTarget(
      name: "PipelineTests", dependencies: ["TensorFiles", "TestSupport"], path: "Tests/Pipeline"),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "CheckedNumbers", "Comparison", "Datasets", "Explanations", "Figures", "Gnuplot",
        "Inference", "Inspection", "Models", "Notebook", "NumPyFiles", "Pickles", "Pictures",
        "Planning", "Recipes", "Records", "Sweeps", "TensorFiles", "Training",
      ],
      path: "Tests/Fuzz/Readers"),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], path: "Tests/Fuzz/Replay"),
    .testTarget(
      name: "PeersTests", dependencies: ["Inspection", "TensorFiles", "TestSupport"],
      path: "Tests/Peers",
      exclude: [
        "GoldenPasses", "check_pages.py", "compare_precision.py", "compare_speed.py",
        "draw_pictures.py",
      ]),
  ]
)

if isFuzzing {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Fuzzer",
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}

// Modules that only parse and print are compiled without optimisation, for a shorter build: they
// do little work in any run.
let textModules: Set = [
  "Comparison", "Figures", "Gnuplot", "Inspection", "Notebook", "Preflight", "Sweeps", "Terminals",
  "Watching", "tessera",
]
for target in package.targets where textModules.contains(target.name) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
}
