module clary/bench/load

go 1.22
