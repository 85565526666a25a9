# Polychoric correlation of a table read from standard input: C lines of C counts.
# Prints the two-step estimate and, where the argument is ml, the maximum-likelihood estimate or NA
# where none is found. The optimiser of polycor stops early (0.8885 at its defaults for the first two pathologists, whose
# maximum is at 0.8935), so it is started again where it stopped.
suppressMessages(library(polycor))
counts <- as.matrix(read.table(file("stdin")))
counts <- counts[rowSums(counts) > 0, colSums(counts) > 0, drop = FALSE]
two_step <- polychor(counts)
full <- if (!("ml" %in% commandArgs(TRUE))) NA else tryCatch({
  n <- sum(counts)
  at <- list(rho = two_step,
             row.thresholds = qnorm(cumsum(rowSums(counts)) / n)[-nrow(counts)],
             col.thresholds = qnorm(cumsum(colSums(counts)) / n)[-ncol(counts)])
  for (again in 1:6) {
    fit <- polychor(counts, ML = TRUE, start = at, thresholds = TRUE,
                    control = list(maxit = 20000, reltol = 1e-14))
    at <- list(rho = fit$rho, row.thresholds = fit$row.cuts, col.thresholds = fit$col.cuts)
  }
  fit$rho
}, error = function(problem) NA)
cat(sprintf("%.12f", c(two_step, full)), as.character(packageVersion("polycor")), sep = "\n")
