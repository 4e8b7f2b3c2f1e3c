# shellcheck shell=bash
# The texts of `help COMMAND` and `COMMAND --help`. Sourced by pipeline.sh.
#
# The texts are data too: completion.sh reads the commands from help_all, and from a command's text the
# arguments in its usage lines (in capitals) and its options with their values. So an option has a line
# of its own, indented by two spaces, and its meaning follows after two or more spaces.

# print_help [COMMAND]
print_help() {
  case $1 in
    '' | help) help_all ;;
    *)
      [[ " ${commands[*]} " == *" $1 "* ]] || unknown command "$1" "${commands[@]}"
      "help_$1"
      ;;
  esac
}

help_all() {
  cat <<'TEXT'
./pipeline.sh [COMMAND]    alone: run the recipe quickstart, setting up what is missing first

  run [RECIPE]       run the steps of a recipe that are not up to date
  status [RUN]       which results are up to date, and what would run
  why STEP [RUN]     why a step runs or ran: what changed, from which value to which
  accept STEP [RUN]  keep a result although its code has changed
  list               recipes and runs
  keys [PATTERN]     the keys of recipes: type, range, default, meaning, and which recipes set them
  dag [RECIPE]       which step reads which outputs
  inspect STEP|FILE  what is in an artefact, a tensor file, a table or a text
  plot [RUN]         draw a run's figures again, from its saved logs; --terminal draws them here
  report [RUN...]    write the page of a run again, plots/RUN/report.html, or of several side by side
  compare RUN...     results of several runs, the values by which they differ, and their curves together
  sweep RECIPE       many runs: seeds and grids, here or through Slurm; status, report
  predict FILE...    classify pictures, or whole folders, with a run's trained network
  evaluate [RUN]     evaluate a run's network on other data: --on FOLDER or FILE
  watch [RUN]        watch a running training: curves, rate, time left
  verify [RUN]       compare all results with their recorded sizes and checksums
  gc [--yes]         list what no run uses, with size and reason; --yes removes it
  rm RUN             remove a run
  bench              measure how fast each network trains and classifies on this machine
  doctor             check this machine and the data folder, and say how to repair what is wrong
  test               all tests, the format check and shellcheck
  setup              install what is missing and build
  completion SHELL   print a script that completes commands, options, recipes, runs, steps and keys
  help [COMMAND]     this text, or that of COMMAND --help
  --version          the version, with the commit

A step is a stage as a recipe runs it, such as train. A run is named after its recipe, or by --as. Without RUN,
commands use the latest run. For more, see ./pipeline.sh COMMAND --help.
TEXT
}

help_run() {
  cat <<'TEXT'
./pipeline.sh run [RECIPE] [OPTION...]

Runs the steps whose inputs, code or recipe values differ from those of their last results, and then the
steps whose inputs change by that. RECIPE is a name in stages/recipes (default: quickstart) or the path
of a .yaml file.

  --as NAME          name the run, to keep it beside other runs of its recipe
  --set KEY=VALUE    replace a value of the recipe; may be repeated
  --only STEP        this step alone, with its inputs as they are
  --from STEP        this step and all later ones
  --until STEP       this step and all earlier ones
  --force            run the selected steps even if they are up to date
  --dry-run          print what would run, and how long it takes according to earlier runs; exit 10 if
                     anything would run
  --threads N        threads to compute with (default: all); results do not depend on it
  --watch            show the training on the terminal as ./pipeline.sh watch does
  --no-wait          exit 75 if another process is computing a result that this run needs, or is writing
                     the run's folders, instead of waiting for it

Several runs may be active at once, here and on other machines that share data. Ctrl-C saves the state of
the stage and exits 130; the same command then continues. A second Ctrl-C kills it.
TEXT
}

help_status() {
  cat <<'TEXT'
./pipeline.sh status [RUN] [--json]

Prints for each step of a run, or of all runs, whether its result is up to date, when it was computed and
how long that took; or why it is not up to date.

  --json             print it as JSON, in the form of docs/json/status.schema.json
TEXT
}

help_why() {
  cat <<'TEXT'
./pipeline.sh why STEP [RUN] [--json]

Prints which part of a step's key differs from that of its last result (recipe values with their line, code
with its files, inputs with their cause upstream) and which later steps are affected. If the result is up to
date, prints the same for its last change.

  --json             print it as JSON, in the form of docs/json/why.schema.json
TEXT
}

help_accept() {
  cat <<'TEXT'
./pipeline.sh accept STEP [RUN]

Keeps a result although the code that computed it has changed: you vouch that the change makes no difference.
Its manifest records that. Refused if anything but the code has changed.
TEXT
}

help_list() {
  cat <<'TEXT'
./pipeline.sh list [--json]

Prints the recipes with a description of each, and the runs with their requests.

  --json             print it as JSON, in the form of docs/json/list.schema.json
TEXT
}

help_dag() {
  cat <<'TEXT'
./pipeline.sh dag [RECIPE] [--json]

Prints what each step of a recipe (default: quickstart) reads and writes.

  --json             print it as JSON, in the form of docs/json/dag.schema.json
TEXT
}

help_keys() {
  cat <<'TEXT'
./pipeline.sh keys [PATTERN] [--json]

Prints the keys that a recipe, or --set, may give: type and range, default, meaning, when the key has an
effect, and which recipes set it to which value. PATTERN is part of a key's name or, if no name contains it,
of its meaning; * matches any characters:

  ./pipeline.sh keys learning-rate
  ./pipeline.sh keys 'train.schedule.*'

  --json             print it as JSON, in the form of docs/json/keys.schema.json
TEXT
}

help_inspect() {
  cat <<'TEXT'
./pipeline.sh inspect STEP|STEP.OUTPUT|FILE... [--run RUN] [OPTION...]

Prints the contents of an artefact: the files of a step (train), those of one output (train.history), or any
file: header, provenance, shapes and statistics of a tensor file, rows of a table, lines of a text. Numbers
in tables are rounded.

  --run RUN          the run that STEP belongs to (default: the latest)
  --columns NAMES    columns of a table in this order, separated by commas; * matches any characters
  --grid FILE.png    write a tensor file's images as one picture
  --png N            write image N of a tensor file, counted from 0 and in its own size, to --output FILE.png
  --npy TENSOR       write one tensor as a NumPy array, to --output FILE.npy
  --output FILE      the file that --png, --npy or --html writes
  --html             write a page with statistics, histograms, images and all of its provenance, to
                     NAME.html here or to --output FILE.html
  --images WHEN      draw images in the terminal: auto, always or never
  --json             header and statistics of a tensor file as JSON
  --count N          images to draw, rows of a table (default: 20) or lines of a text (40)
TEXT
}

help_plot() {
  cat <<'TEXT'
./pipeline.sh plot [RUN] [--force] [--terminal [FIGURE...]]

Draws the figures of a run (default: the latest) again from its saved logs and metrics, and restores
plots/RUN. Nothing else runs.

  --force            replace edited files in plots/RUN; by default they are kept, and the new ones are
                     written beside them as NAME.new.gp and so on
  --terminal         draw the named figures, or all, as text of the terminal's width
TEXT
}

help_compare() {
  cat <<'TEXT'
./pipeline.sh compare RUN... [--json]

Prints the results and times of each run, and the recipe values by which the runs differ. Draws their
learning curves in one figure, over epochs and over training time: plots/compare/RUNS/. To see the effect
of a number:

  ./pipeline.sh run quickstart --as slow --set train.optimizer.learning-rate=0.01
  ./pipeline.sh compare quickstart slow

  --json             print it as JSON, in the form of docs/json/compare.schema.json
TEXT
}

help_report() {
  cat <<'TEXT'
./pipeline.sh report [RUN...]
./pipeline.sh report [RUN] --notebook

Writes the page of a run (default: the latest) again, plots/RUN/report.html: its result and figures, then
each stage as a chapter of prose, code and the code's output. `run` does so by itself when anything has
changed. The page is a single file that can be printed and needs neither scripts nor a network;
plots/index.html lists all runs. Several runs share one page, plots/compare/RUNS/report.html: the results
and cost of each, their curves, and the recipe values by which they differ.

  --notebook  write the run as a Jupyter notebook instead, plots/RUN/notebook.ipynb: prose, code and its
              output, for Jupyter and GitHub; its cells are for reading
TEXT
}

help_sweep() {
  cat <<'TEXT'
./pipeline.sh sweep RECIPE|FILE [OPTION...]
./pipeline.sh sweep status [SWEEP]
./pipeline.sh sweep report SWEEP

Runs a recipe with every combination of values and every seed. Prints the grid, the number of runs and
how long they take; computes shared results once; then prints a table by setting, compares settings seed
by seed, and writes a page with curves: plots/sweeps/NAME/. Finished runs are not run again, a failing run
does not end the others, and after Ctrl-C the same command continues. The runs use a copy of the sources and
binaries, so edits meanwhile change nothing.

  --seeds N              seeds 1 to N for every training step; the seeds of data and split do not change
  --set KEY=V1,V2,...    values of a key, separated by commas outside brackets and quotes; may be repeated
  --name NAME            the sweep's name (default: RECIPE-sweep); its runs are NAME.VALUES.sSEED
  --jobs J               runs at once (default: processors / threads; no limit with Slurm)
  --threads T            threads of each run (default: 1); results do not depend on it
  --figures              also draw the figures and write the page of each run
  --dry-run              print the grid and the forecast; exit 10 if anything would run
  --on slurm             submit job arrays and return; `sweep status` shows their progress
  --builds CPU,CPU       build for each of these processors, by the compiler's names; a job uses the first that its
                         node supports: --builds znver5,x86-64-v4,x86-64-v3 (default: this processor only)
  --slurm "OPTION..."    options of this site for sbatch: --slurm "--partition=cpu --time=4:00:00"

A sweep file holds the same settings:

  recipe: quickstart
  name: rates                   # optional
  seeds: 5                      # or a list: [3, 5, 7]
  set:
    train.optimizer.learning-rate: [0.05, 0.1, 0.2]
    train.epochs: 3
TEXT
}

help_watch() {
  cat <<'TEXT'
./pipeline.sh watch [RUN]

Shows a running training, from any terminal: progress, images per second, time left, the curves so far, the
last epochs, and the classes that are confused most. It is redrawn every second, in at least 60 columns; to
a file or pipe it prints one line per epoch. Ctrl-C ends the display, not the training.

The page plots/RUN/live.html shows the same in a browser, and reloads itself.
TEXT
}

help_predict() {
  cat <<'TEXT'
./pipeline.sh predict FILE... [--run RUN] [OPTION...]

Prints the classes that a run's trained network finds most probable for each picture. FILE is a PNG or JPEG,
recognised by its content; it is rotated according to its Exif data, transparent parts become white, and it
is resized so that its shorter side is the network's and cropped to the middle square. For a folder, prints a
table with a line for each picture in it and below it; other files are ignored.

  --run RUN          the run whose weights are used (default: the latest with a finished training)
  --checkpoint CHECKPOINT  best (default), last, or epoch-160
  --top K            classes to print (default: 3; in tables 1)
  --table            one line per picture, as for a folder
  --csv              comma-separated values: file,class_1,probability_1,...
  --json             one line of JSON per picture

A file that can't be read is reported in one line on standard error, and the others are still classified; the
exit status is then 65.
TEXT
}

help_evaluate() {
  cat <<'TEXT'
./pipeline.sh evaluate [RUN] --on DATA [OPTION...]

Evaluates a run's trained network (default: the latest with a finished training) on other data with the
same classes: a folder of pictures with a subfolder for each class; arrays, as .npz, .npy with labels beside
it, or .safetensors (CIFAR-10.1, MedMNIST); or the folder of CIFAR-10-C, whose corruptions become a table by
kind and severity. Results are written to data/evaluations/RUN/NAME/, apart from those of the run itself.

  --on DATA          the folder or file
  --checkpoint CHECKPOINT  best (default), last, or epoch-160
  --flip             average the probabilities of an image and of its mirror image
  --threads N        threads (default: all processors)
  --json             print the results as JSON

A picture that can't be read is named on standard error and skipped.
TEXT
}

help_verify() {
  cat <<'TEXT'
./pipeline.sh verify [RUN] [--remembered] [--json]

Reads every file of the results in data/cache, or of RUN alone, and compares its size and SHA-256 with those
recorded in the result's manifest. Prints what differs: a result whose outputs differ is not valid, and
running its recipe computes it again; other files that differ are not used. Exit status 0 if all is as
recorded, 65 otherwise.

  --remembered       read only files that have changed since their digest was computed, as all commands do
  --json             print it as JSON, in the form of docs/json/verify.schema.json
TEXT
}

help_gc() {
  cat <<'TEXT'
./pipeline.sh gc [--yes]

Lists what is in data and used by no run, with size and reason: results of earlier settings, unfinished work
that no recipe needs now, altered files that were set aside. Nothing is removed without --yes.

  --yes              remove all of it; a run with such an earlier setting computes its results again
TEXT
}

help_rm() {
  cat <<'TEXT'
./pipeline.sh rm RUN

Removes data/runs/RUN, and plots/RUN except files that were edited or added by hand. Results remain in
data/cache, since other runs may share them; `gc` lists those that no run uses.
TEXT
}

help_bench() {
  cat <<'TEXT'
./pipeline.sh bench [OPTION...]

Measures every network at its recipe's batch size: training on a batch in memory, training with the recipe's
loading and augmentation, and inference. Prints images per second (median, best and spread), the arithmetic
that they amount to by the layers' formulas, as a rate and as a fraction of the peak rate of this machine's
vectors or tiles, and the peak memory. All train with SGD, momentum and plain cross-entropy. Nothing else
should run meanwhile.

  --networks A,B     only these networks
  --precision P,Q    float32 (default), bfloat16
  --threads N        threads to compute with (default: all)
  --batch N          images per batch, instead of the recipe's
  --seconds S        seconds for each of the three measurements (default: 3)
  --profile          the time of a training step by kind of layer
  --algorithms       instead of rates: the algorithm of each pass of each convolution, which explains
                     differences in speed between layers
  --digests          instead of rates: SHA-256 of the weights and logits after three steps, to compare two
                     machines, or a kernel before and after a change, bit for bit
  --json             one line of JSON per network and precision
TEXT
}

help_doctor() {
  cat <<'TEXT'
./pipeline.sh doctor [--json]

Checks Swift, packages, processor, BLAS, disk, locks, links and unfinished work. Each problem is printed with
its repair; exit 1 if there is any.

  --json             print it as JSON, in the form of docs/json/doctor.schema.json
TEXT
}

help_test() {
  cat <<'TEXT'
./pipeline.sh test [ARGUMENT...]

Sets up what is missing, then runs the format check, shellcheck and all tests. Arguments go to
`swift test`: ./pipeline.sh test --filter Golden
TEXT
}

help_setup() {
  cat <<'TEXT'
./pipeline.sh setup

Installs the system packages that are missing (through apt, with sudo where needed), builds the project
and prints what it computes with. Kernels are built for this processor, or for the one named by
TESSERA_CPU: TESSERA_CPU=x86-64-v3 ./pipeline.sh setup
TEXT
}

help_completion() {
  cat <<'TEXT'
./pipeline.sh completion SHELL

Prints a script for bash, zsh or fish that completes this project's ./pipeline.sh: commands, options,
recipes, runs, steps, figures, and after --set the keys of recipes and their values. To use it in this shell,
run one of these lines; to use it in every new shell, add the line to the file on the right:

  bash   source <(./pipeline.sh completion bash)           ~/.bashrc
  zsh    source <(./pipeline.sh completion zsh)            ~/.zshrc, after compinit
  fish   ./pipeline.sh completion fish | source            ~/.config/fish/config.fish

In that file, write the full path of ./pipeline.sh. The scripts of several checkouts can be used together.
TEXT
}
