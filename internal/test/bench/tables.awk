# This program prints the output of the benchmarks in tables, and compares the figures with the project's targets. A figure is the median of
# the rounds. A spread is half of the distance between the quartiles. "of minimal" is the median of the ratios of all rounds.

/^Benchmark/ {
	name = substr($1, 10)
	sub(/-[0-9]+$/, "", name) # The number of processors.
	sub(/round=[0-9]+\//, "", name)
	if (!rounds[name]++) names[++count] = name
	for (i = 3; i < NF; i += 2) figures[name, $(i + 1), rounds[name]] = $i
}

# quantile returns the value below which a share of a benchmark's figures lies. With a base, it divides each figure by that of the base first.
function quantile(share, name, unit, base,    n, i, j, x, v, place, below) {
	for (i = 1; (name, unit, i) in figures; i++) {
		x = base == "" ? figures[name, unit, i] : divided(figures[name, unit, i], figures[base, unit, i])
		if (x == "") return ""
		for (j = ++n; j > 1 && v[j - 1] > x; j--) v[j] = v[j - 1]
		v[j] = x
	}
	if (!n) return ""
	place = 1 + share * (n - 1)
	below = int(place)
	return below == n ? v[n] : v[below] + (place - below) * (v[below + 1] - v[below])
}

function divided(a, b) { return a == "" || !b ? "" : a / b }
function median(name, unit, base) { return quantile(0.5, name, unit, base) }
function most(name, unit) { return quantile(1, name, unit) }

function spread(name, unit, base,    half) {
	half = (quantile(0.75, name, unit, base) - quantile(0.25, name, unit, base)) / 2
	return sprintf("+-%.0f%%", 100 * divided(half, median(name, unit, base)))
}

function ms(name, unit) { return sprintf("%.1f ms %6s", median(name, unit) / 1e6, spread(name, unit)) }
function queries(name) { return sprintf("%.0f (%.0f to %.0f)", median(name, "requests/op"), quantile(0, name, "requests/op"), most(name, "requests/op")) }
function label(name) { sub(/^[^\/]*\//, "", name); sub(/\/qcc$/, "", name); gsub(/_/, " ", name); return name }
function twin(name) { sub(/qcc$/, "minimal", name); return name }
function ratio(name) { return median(name, "ns/op", twin(name)) }

# rate returns the highest number of requests in a second of all rounds. The last second of a round counts as a whole one, because the
# provider may send its request as soon as a second begins.
function rate(name,    i, seconds, found, highest) {
	for (i = 1; (name, "ns/op", i) in figures; i++) {
		seconds = int(figures[name, "ns/op", i] / 1e9) + 1
		found = figures[name, "requests/op", i] / seconds
		if (found > highest) highest = found
	}
	return i == 1 ? "" : highest + 0
}

function target(text, figure, bound, exactly) {
	printf "%-52s %9s   %-8s %5g   %s\n", text, figure == "" ? "-" : sprintf("%.3f", figure), exactly ? "exactly" : "at most", bound,
		figure == "" ? "NO FIGURE" : (exactly ? figure == bound : figure <= bound) ? "met" : "MISSED"
}

END {
	printf "\nPlans: Terraform and all its providers together\n\n%-24s %18s %11s %18s %11s   %s\n",
		"terraform plan with", "time", "of minimal", "CPU", "of minimal", "requests"
	minimal = "Plan/minimal_provider"
	for (i = 1; i <= count; i++) if ((name = names[i]) ~ /^Plan\//)
		printf "%-24s %18s %11.2f %18s %11.2f   %s\n", label(name), ms(name, "ns/op"), median(name, "ns/op", minimal),
			ms(name, "cpu-ns/op"), median(name, "cpu-ns/op", minimal), queries(name)

	printf "\nGates, compared with the same number of resources of the minimal provider\n\n%-26s %19s %19s %14s %19s %11s   %s\n",
		"terraform", "minimal", "gates", "of minimal", "CPU", "of minimal", "requests"
	for (i = 1; i <= count; i++) if ((name = names[i]) ~ /Gates?\/.*\/qcc$/) {
		minimal = twin(name)
		if (name ~ /^ManyGates\/plan/) planned = name
		if (name ~ /^ManyGates\/apply/) applied = name
		printf "%-26s %19s %19s %7.3f %6s %19s %11.2f   %s\n", label(name), ms(minimal, "ns/op"), ms(name, "ns/op"),
			ratio(name), spread(name, "ns/op", minimal), ms(name, "cpu-ns/op"), median(name, "cpu-ns/op", minimal), queries(name)
	}

	ours = "Start/qcc"
	minimal = "Start/minimal"
	printf "\n%-24s %18s %18s %11s\n\n", "The provider's process", "minimal", "ours", "of minimal"
	printf "%-24s %18s %18s %11.3f\n", "start until handshake", ms(minimal, "ns/op"), ms(ours, "ns/op"), median(ours, "ns/op", minimal)
	printf "%-24s %14.1f MiB %14.1f MiB %11.3f\n", "resident memory", median(minimal, "resident-B") / 1048576, median(ours, "resident-B") / 1048576, median(ours, "resident-B", minimal)
	printf "%-24s %12d bytes %12d bytes %11.3f\n", "binary", median(minimal, "binary-B"), median(ours, "binary-B"), median(ours, "binary-B", minimal)

	printf "\n%-26s %20s %12s %12s\n\n", "Go benchmarks", "time", "memory", "allocations"
	for (i = 1; i <= count; i++) if (((name = names[i]), "allocs/op", 1) in figures)
		printf "%-26s %10.2f us %6s %10d B %12d\n", name, median(name, "ns/op") / 1e3, spread(name, "ns/op"), median(name, "B/op"), median(name, "allocs/op")

	get = "GetOverLoopback"
	read = "ReadOverLoopback"
	one = "Plan/1_data_source"
	printf "\nTargets\n\n"
	target("start until handshake, of minimal", median(ours, "ns/op", minimal), 1.05)
	target("resident memory, of minimal", median(ours, "resident-B", minimal), 1.1)
	target("binary, of minimal", median(ours, "binary-B", minimal), 1.088) # The code of the texts takes 80 kB, net/http 200 kB, database/sql and lib/pq 800 kB.
	target("plan with 1 data source, of minimal and one request",
		divided(median(one, "ns/op"), median("Plan/minimal_provider", "ns/op") + median(get, "ns/op")), 1.05)
	target("plan with 50 data sources, of 1", median("Plan/50_data_sources", "ns/op", one), 1.5)
	target("requests of 50 data sources", most("Plan/50_data_sources", "requests/op"), 10)
	target("requests of 200 data sources", most("Plan/200_data_sources", "requests/op"), 40)
	target("read over loopback, of a bare GET", divided(median(read, "ns/op"), median(get, "ns/op")), 1.5)
	# Half of these allocations trace the connection, and look for secrets in ids.
	target("allocations of this read beyond those of a bare GET", (x = median(get, "allocs/op")) == "" ? "" : median(read, "allocs/op") - x, 90)
	target("plan of 1 existing gate, of minimal", ratio("Gate/plan_of_1_existing_gate/qcc"), 1.03)
	target("requests of this plan", most("Gate/plan_of_1_existing_gate/qcc", "requests/op"), 0, 1)
	target("plan of 1 new gate, of minimal", ratio("Gate/plan_of_1_new_gate/qcc"), 1.1)
	name = "Gate/apply_of_1_new_gate/qcc"
	target("requests of the apply of its saved plan", most(name, "requests/op") == 1 ? quantile(0, name, "requests/op") : most(name, "requests/op"), 1, 1)
	target(label(planned) ", of minimal", ratio(planned), 1.2)
	target("requests of this plan in a second", rate(planned), 1)
	target("apply of their saved plan, of minimal", ratio(applied), 1.2)
	target("requests of this apply in a second", rate(applied), 1)
}
