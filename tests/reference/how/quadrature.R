# Direct maximisation of the integrated likelihood, in base R. Rscript quadrature.R FOLDER OUT.json NAME...
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "two_by_two.R"))
source(file.path(here, "integral.R"))

by_quadrature <- function(d) { # p = mu_sens, mu_spec, l11, l21, l22
  start <- c(mean(qlogis((d$tp + .5) / (d$tp + d$fn + 1))), mean(qlogis((d$tn + .5) / (d$tn + d$fp + 1))))
  minus <- function(p) -integrated(p[1], p[2], p[3:5], d)
  runs <- lapply(c(-.4, .4), function(slope) nlminb(
    c(start, .7, slope, .7), minus, lower = c(-Inf, -Inf, 0, -Inf, 0),
    control = list(iter.max = 1000, eval.max = 4000, rel.tol = 1e-13)
  ))
  best <- runs[[which.min(sapply(runs, `[[`, "objective"))]]
  p <- best$par
  edge <- p[c(3, 5)] < 1e-5
  l <- matrix(c(p[3], p[4], 0, p[5]), 2, 2)
  free <- c(TRUE, TRUE, !edge[1], TRUE, !edge[2])
  if (edge[1]) free <- c(TRUE, TRUE, FALSE, FALSE, TRUE)
  inverse <- inverse_curvature(p, free, minus)
  c(estimates(p[1:2], inverse[1:2, 1:2], l %*% t(l), -best$objective),
    list(at_edge = any(edge), said = list(best$message)))
}

main(character(), list(quadrature = by_quadrature))
