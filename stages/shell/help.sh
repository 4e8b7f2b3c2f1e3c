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

  run [RECIPE]       run what a recipe's results lack
  status [RUN]       what stands, and what would run
  why STEP [RUN]     what changed for a step, from which value to which
  accept STEP [RUN]  keep a result though its code has changed
  list               recipes and runs
  keys [PATTERN]     what a recipe may hold: type, range, default, meaning, and which recipes set it
  dag [RECIPE]       which step reads what
  inspect STEP|FILE  what is in an artefact, a tensor file, a table or a text
  plot [RUN]         draw a run's figures again, from its saved logs; --terminal draws them here
  report [RUN...]    write the page of a run again, plots/RUN/report.html, or of several side by side
  compare RUN...     what runs reached, by which values they differ, and their curves together
  sweep RECIPE       many runs: seeds and grids, here or through Slurm; status, report
  predict FILE...    what pictures show, by a run's trained network; also whole folders
  evaluate [RUN]     how a run's network does on other data: --on FOLDER or FILE
  watch [RUN]        a training that is going on: curves, rate, time left
  verify [RUN]       read all results and compare them with what is recorded of them
  gc [--yes]         what no run uses, with size and reason; --yes frees it
  rm RUN             remove a run
  bench              how fast each network trains and answers on this machine
  doctor             what is wrong with this machine or the data folder, and the repair
  test               all tests, the format check and shellcheck
  setup              install what is missing and build
  completion SHELL   a script that completes commands, options, recipes, runs, steps and keys
  help [COMMAND]     this text, or what COMMAND --help says
  --version          the version, with the commit

A step is a stage as a recipe runs it: train. A run is named for its recipe unless --as says otherwise;
without RUN the latest is meant. ./pipeline.sh COMMAND --help says more.
TEXT
}

help_run() {
  cat <<'TEXT'
./pipeline.sh run [RECIPE] [OPTION...]

Runs the stages whose inputs, code or recipe values differ from those of the results that stand, and
those that read what comes out differently. RECIPE is a name of stages/recipes (default: quickstart)
or the path of a .yaml file.

  --as NAME          name the run, so that it stands beside others of its recipe
  --set KEY=VALUE    lay a value over the recipe; may be repeated
  --only STEP        this step alone; what it reads is taken as it stands
  --from STEP        this step and all after it
  --until STEP       this step and all before it
  --force            run the selected steps though they are up to date
  --dry-run          print what would run and how long that takes as far as past runs tell; exit 10 where
                     something would
  --threads N        threads to compute with (default: all); results do not depend on it
  --watch            show the training on the terminal as ./pipeline.sh watch does
  --no-wait          exit 75 where another run makes a result that this one wants, or writes the run's
                     folders; otherwise wait for it, and take the result

Runs go on side by side, here and on other machines that share data. Ctrl-C saves the state of the stage
and exits 130; the same command goes on. A second one kills it.
TEXT
}

help_status() {
  cat <<'TEXT'
./pipeline.sh status [RUN] [--json]

Prints for each step of a run, or of all runs, whether its result is up to date, when it came about and
how long it took; and for those that are not, why.

  --json             print it as JSON, in the form of docs/json/status.schema.json
TEXT
}

help_why() {
  cat <<'TEXT'
./pipeline.sh why STEP [RUN] [--json]

Prints which part of a step's key differs from that of the result that stands (recipe values with their
line, code with its files, inputs with their cause upstream) and what follows downstream. Where the
result is up to date: the same of its last change.

  --json             print it as JSON, in the form of docs/json/why.schema.json
TEXT
}

help_accept() {
  cat <<'TEXT'
./pipeline.sh accept STEP [RUN]

Keeps a result though the code it was built from has changed, on your word that the change makes no
difference. Its manifest says so. Refused where anything but the code has changed.
TEXT
}

help_list() {
  cat <<'TEXT'
./pipeline.sh list [--json]

Prints the recipes with what they are about, and the runs with what they were asked for.

  --json             print it as JSON, in the form of docs/json/list.schema.json
TEXT
}

help_dag() {
  cat <<'TEXT'
./pipeline.sh dag [RECIPE] [--json]

Prints for each step of a recipe (default: quickstart) what it reads and what it writes.

  --json             print it as JSON, in the form of docs/json/dag.schema.json
TEXT
}

help_keys() {
  cat <<'TEXT'
./pipeline.sh keys [PATTERN] [--json]

Prints the keys that a recipe, or --set, may give: what each takes, its default, what it means, where it
counts, and which recipes set it to what. PATTERN is a part of a key's name or, where no name has it, of
its meaning; * stands for any characters:

  ./pipeline.sh keys learning-rate
  ./pipeline.sh keys 'train.schedule.*'

  --json             print it as JSON, in the form of docs/json/keys.schema.json
TEXT
}

help_inspect() {
  cat <<'TEXT'
./pipeline.sh inspect STEP|STEP.OUTPUT|FILE... [--run RUN] [OPTION...]

Prints what is in an artefact: the files of a step (train), those of one output (train.history), or any
file: header, provenance, shapes and statistics of a tensor file, rows of a table, lines of a text. Figures
of a table are rounded.

  --run RUN          the run whose step is meant (default: the latest)
  --columns NAMES    columns of a table in this order, with commas between; * stands for any characters
  --grid FILE.png    write a tensor file's images as one picture
  --png N            write image N of a tensor file as it is, to --output FILE.png; the first is 0
  --npy TENSOR       write one tensor as a NumPy array, to --output FILE.npy
  --output FILE      where --png, --npy and --html write
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

Draws the figures of a run (default: the latest) again from the logs and metrics that it has saved, and
restores plots/RUN. Nothing else runs.

  --force            replace copies in plots/RUN that were edited; otherwise they are kept, and the new
                     ones are drawn beside them as NAME.new.gp and so on
  --terminal         draw the figures named after it, or all, in letters as wide as the terminal
TEXT
}

help_compare() {
  cat <<'TEXT'
./pipeline.sh compare RUN... [--json]

Prints what each run has reached and in what time, and the recipe values by which the runs differ. Draws
their learning curves in one figure, over epochs and over training time: plots/compare/RUNS/. To see
what a number does:

  ./pipeline.sh run quickstart --as slow --set train.optimizer.learning-rate=0.01
  ./pipeline.sh compare quickstart slow

  --json             print it as JSON, in the form of docs/json/compare.schema.json
TEXT
}

help_report() {
  cat <<'TEXT'
./pipeline.sh report [RUN...]
./pipeline.sh report [RUN] --notebook

Writes the page of a run (default: the latest) again, plots/RUN/report.html: its claim and figures, then
each stage as a chapter of prose, code and what the code showed. `run` does so by itself where something
has changed. The page stands alone, prints, and needs no script and no network; plots/index.html lists
all runs. Several runs get a page of their own, plots/compare/RUNS/report.html: what each reached and
at what cost, their curves, and the recipe values by which they differ.

  --notebook  write the run as a Jupyter notebook instead, plots/RUN/notebook.ipynb: prose, code and what
              the code showed, for Jupyter and GitHub; its cells are for reading
TEXT
}

help_sweep() {
  cat <<'TEXT'
./pipeline.sh sweep RECIPE|FILE [OPTION...]
./pipeline.sh sweep status [SWEEP]
./pipeline.sh sweep report SWEEP

Runs a recipe with every combination of values, each with every seed. Prints the grid, the number of runs
and how long they take; makes what they share once; then a table by setting, settings compared seed by seed,
and a page with curves: plots/sweeps/NAME/. Finished runs are not run again, a failing run does not end the
others, and after Ctrl-C the same command goes on. Runs are made from a copy of sources and binaries, so
that edits meanwhile change nothing.

  --seeds N              seeds 1 to N for every training step; those of data and split stay
  --set KEY=V1,V2,...    values of a key, split at commas outside brackets and quotes; may be repeated
  --name NAME            the sweep's name (default: RECIPE-sweep); its runs are NAME.VALUES.sSEED
  --jobs J               runs at once (default: processors / threads; with Slurm no limit)
  --threads T            threads of each (default: 1); results do not depend on it
  --figures              draw figures and write the page of each run too
  --dry-run              print the grid and the forecast; exit 10 where something would run
  --on slurm             submit job arrays and return; `sweep status` tells how far they are
  --builds CPU,CPU       build for each of these processors, in the compiler's words; a job takes the first that
                         its node runs: --builds znver5,x86-64-v4,x86-64-v3 (default: this processor's alone)
  --slurm "OPTION..."    options of this site for sbatch: --slurm "--partition=cpu --time=4:00:00"

A sweep file says the same:

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

Shows a training that is going on, from any terminal: progress, images a second, time left, the curves
so far, the last epochs, and which classes are confused most. It is drawn anew each second in at least
60 columns; into a file or pipe it prints a line an epoch. Ctrl-C ends it and not the training.

The page plots/RUN/live.html shows the same in a browser: opened once, it keeps itself up to date.
TEXT
}

help_predict() {
  cat <<'TEXT'
./pipeline.sh predict FILE... [--run RUN] [OPTION...]

Prints what pictures show: the classes that a run's trained network finds most probable. FILE is a PNG
or JPEG, told by its content; it is turned as its Exif data say, laid over white where transparent,
resized until the shorter side is the network's, and cut to the middle square. Of a folder, all pictures
in it and below it are taken, in a table with a line each; other files in it are passed over.

  --run RUN          the run whose weights answer (default: the latest with a finished training)
  --checkpoint CHECKPOINT  best (default), last, or epoch-160
  --top K            classes to print (default: 3; in tables 1)
  --table            a line a picture, as for a folder
  --csv              comma-separated values: file,class_1,probability_1,...
  --json             a line of JSON a picture

A file that can't be read gets one line on standard error and doesn't stop the others; the exit status
is then 65.
TEXT
}

help_evaluate() {
  cat <<'TEXT'
./pipeline.sh evaluate [RUN] --on DATA [OPTION...]

Evaluates a run's trained network (default: the latest with a finished training) on other data with the
same classes: a folder of pictures, a folder for each class; arrays, as .npz, .npy with labels beside it,
or .safetensors (CIFAR-10.1, MedMNIST); or the folder of CIFAR-10-C, whose corruptions become a table by
kind and severity. Results go to data/evaluations/RUN/NAME/, never among those of the run itself.

  --on DATA          the folder or file
  --checkpoint CHECKPOINT  best (default), last, or epoch-160
  --flip             average the answers to an image and to its mirror image
  --threads N        threads (default: all processors)
  --json             print the figures as JSON

A picture that can't be read is named on standard error and left out.
TEXT
}

help_verify() {
  cat <<'TEXT'
./pipeline.sh verify [RUN] [--remembered] [--json]

Reads every file of the results in data/cache (of RUN alone where it is named) and compares size and
SHA-256 with what the result's manifest recorded when it was made. Prints what differs: a result whose
outputs differ is not valid, and its recipe makes it again; other files that differ are not used. Exit
status 0 where all is as recorded, 65 otherwise.

  --remembered       read only files that have changed since their digest was taken, as all commands do
  --json             print it as JSON, in the form of docs/json/verify.schema.json
TEXT
}

help_gc() {
  cat <<'TEXT'
./pipeline.sh gc [--yes]

Prints what lies in data and no run uses, with size and reason: results of earlier settings, unfinished
work that no recipe asks for now, altered files that were set aside. Nothing is removed without --yes.

  --yes              remove all of it; going back to such a setting runs it again
TEXT
}

help_rm() {
  cat <<'TEXT'
./pipeline.sh rm RUN

Removes data/runs/RUN, and plots/RUN but for files that were edited or added by hand. Results stay in
data/cache, since other runs may share them; `gc` lists those that no run uses.
TEXT
}

help_bench() {
  cat <<'TEXT'
./pipeline.sh bench [OPTION...]

Trains every network at its recipe's batch size, on a batch in place and with the recipe's loading and
augmentation, lets it answer, and prints images a second (median, best and spread), the arithmetic they
are worth by their formulas, its share of the most that this machine's vectors or tiles reach, and the peak
of the memory.
All train by SGD with momentum under plain cross-entropy. Nothing else should run meanwhile.

  --networks A,B     these alone, of the networks whose recipe has their name
  --precision P,Q    float32 (default), bfloat16
  --threads N        threads to compute with (default: all)
  --batch N          images a batch, instead of the recipe's
  --seconds S        how long each of the three is repeated (default: 3)
  --profile          where the time of a training step goes, by kind of layer
  --algorithms       instead of rates: which algorithm computes which pass of each convolution, and so why two
                     layers differ in speed
  --digests          instead of rates: SHA-256 of the weights and logits after three steps, by which two
                     machines, or a kernel before and after a change, are compared bit for bit
  --json             a line of JSON a network and precision
TEXT
}

help_doctor() {
  cat <<'TEXT'
./pipeline.sh doctor [--json]

Checks Swift, packages, processor, BLAS, disk, locks, links and unfinished work. Each line that is wrong
says the repair; exit 1 where one is.

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
and prints what it computes with. Kernels are built for this processor, or for that which TESSERA_CPU
names: TESSERA_CPU=x86-64-v3 ./pipeline.sh setup
TEXT
}

help_completion() {
  cat <<'TEXT'
./pipeline.sh completion SHELL

Prints a script for bash, zsh or fish that completes this project's ./pipeline.sh: commands, options,
recipes, runs, steps, figures, and after --set the keys of recipes and their values. To have it in this
shell, and in every new one by the same line in the shell's own file:

  bash   source <(./pipeline.sh completion bash)           ~/.bashrc
  zsh    source <(./pipeline.sh completion zsh)            ~/.zshrc, after compinit
  fish   ./pipeline.sh completion fish | source            ~/.config/fish/config.fish

Write the path of ./pipeline.sh in full there. The scripts of several checkouts get along.
TEXT
}
