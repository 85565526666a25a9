# The bivariate model with covariates, by lme4, glmmTMB and direct maximisation.
#   Rscript regression.R CASES.json OUT.json REVIEWS [CORPUS]
# REVIEWS holds NAME/studies.csv, CORPUS NAME.csv; without the latter its cases are left out.
# Categorical covariates: treatment coding against the stated reference. Continuous ones: centred at
# the mean of the studies of the fit and divided by their standard deviation (n - 1).
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "two_by_two.R"))
source(file.path(here, "integral.R"))
suppressMessages({library(lme4); library(glmmTMB)})

prepared <- function(path, case) {
  table <- read.csv(path, fileEncoding = "UTF-8-BOM", colClasses = "character")
  names(table) <- tolower(names(table))
  for (count in c("tp", "fp", "fn", "tn")) table[[count]] <- as.numeric(table[[count]])
  for (name in names(case$only)) table <- table[table[[name]] == case$only[[name]], ]
  wanted <- unique(c(all.vars(as.formula(case$sens)), all.vars(as.formula(case$spec))))
  stopifnot(setequal(wanted, c(names(case$categorical), unlist(case$continuous))))
  table[wanted] <- lapply(table[wanted], trimws)
  if (case$missing == "drop") table <- table[rowSums(table[wanted] == "") == 0, ]
  scaling <- list()
  for (name in wanted) {
    cells <- table[[name]]
    if (name %in% unlist(case$continuous)) {
      x <- as.numeric(cells)
      scaling[[name]] <- list(mean = mean(x), sd = sd(x))
      table[[name]] <- (x - mean(x)) / sd(x)
    } else {
      if (case$missing == "level") cells[cells == ""] <- "not reported"
      stopifnot(all(cells != ""))
      table[[name]] <- relevel(factor(cells), case$categorical[[name]])
    }
  }
  list(table = table, scaling = scaling)
}

# Treatment coding, with columns named as metadx names its effects: "design=prospective", "year".
coded <- function(formula, table, margin) {
  x <- model.matrix(as.formula(formula), table)
  name <- function(part) {
    for (column in names(Filter(is.factor, table))) {
      for (level in levels(table[[column]])) {
        if (part == paste0(column, level)) return(paste0(column, "=", level))
      }
    }
    part
  }
  parts <- strsplit(colnames(x), ":", fixed = TRUE)
  names <- vapply(parts, function(p) paste(vapply(p, name, ""), collapse = ":"), "")
  colnames(x) <- paste0(margin, ",", names)
  colnames(x)[colnames(x) == paste0(margin, ",(Intercept)")] <- margin
  x
}

# Two rows a study, its sens above and its spec below; an arm without people is left out.
long <- function(table, sens, spec) {
  arms <- data.frame(
    study = factor(rep(seq_len(nrow(table)), 2)),
    sens = rep(c(1, 0), each = nrow(table)),
    spec = rep(c(0, 1), each = nrow(table)),
    right = c(table$tp, table$tn),
    wrong = c(table$fn, table$fp)
  )
  arms$x <- rbind(cbind(sens, matrix(0, nrow(sens), ncol(spec))),
                  cbind(matrix(0, nrow(spec), ncol(sens)), spec))
  arms[arms$right + arms$wrong > 0, ]
}

found <- function(names, beta, covariance, random, log_likelihood, ...) {
  tau <- sqrt(diag(random))
  list(
    beta = setNames(as.list(beta), names),
    se = setNames(as.list(sqrt(diag(covariance))), names),
    tau = tau,
    rho = random[1, 2] / prod(tau),
    log_likelihood = log_likelihood,
    ...
  )
}

model <- cbind(right, wrong) ~ 0 + x + (0 + sens + spec | study)

by_lme4 <- function(arms, names) {
  control <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12,
                          optCtrl = list(maxfun = 1e5, rhoend = 1e-8))
  run <- watched(glmer(model, arms, binomial, nAGQ = 1, control = control))
  if (!is(run$value, "merMod")) return(c(run$value, list(said = as.list(run$said))))
  fit <- run$value
  covariance <- watched(as.matrix(vcov(fit)))$value
  random <- matrix(as.numeric(VarCorr(fit)$study), 2, 2)
  found(names, unname(fixef(fit)), covariance, random, as.numeric(logLik(fit)),
        singular = isSingular(fit),
        said = as.list(unique(c(unlist(fit@optinfo$conv$lme4$messages), run$said))))
}

by_tmb <- function(arms, names) {
  run <- watched(glmmTMB(model, arms, binomial))
  if (!inherits(run$value, "glmmTMB")) return(c(run$value, list(said = as.list(run$said))))
  fit <- run$value
  random <- matrix(as.numeric(VarCorr(fit)$cond$study), 2, 2)
  covariance <- watched(vcov(fit)$cond)$value
  found(names, unname(fixef(fit)$cond), covariance, random, as.numeric(logLik(fit)),
        positive_definite = fit$sdr$pdHess, said = as.list(run$said))
}

by_quadrature <- function(table, sens, spec, start, names) {
  p1 <- ncol(sens)
  p <- p1 + ncol(spec)
  minus <- function(theta) {
    -integrated(as.vector(sens %*% theta[1:p1]), as.vector(spec %*% theta[(p1 + 1):p]),
                theta[p + 1:3], table)
  }
  runs <- lapply(c(-.4, .4), function(slope) nlminb(
    c(start, .7, slope, .7), minus, lower = c(rep(-Inf, p), 0, -Inf, 0),
    control = list(iter.max = 2000, eval.max = 8000, rel.tol = 1e-13)
  ))
  best <- runs[[which.min(sapply(runs, `[[`, "objective"))]]
  theta <- best$par
  l <- matrix(c(theta[p + 1], theta[p + 2], 0, theta[p + 3]), 2, 2)
  at_edge <- any(theta[p + c(1, 3)] < 1e-5)
  free <- c(rep(TRUE, p), theta[p + 1] >= 1e-5, theta[p + 1] >= 1e-5, theta[p + 3] >= 1e-5)
  covariance <- inverse_curvature(theta, free, minus)[1:p, 1:p]
  found(names, theta[1:p], covariance, l %*% t(l), -best$objective,
        at_edge = at_edge, said = list(best$message))
}

fitted_case <- function(case, path) {
  message(case$name)
  data <- prepared(path, case)
  sens <- coded(case$sens, data$table, "sens")
  spec <- coded(case$spec, data$table, "spec")
  names <- c(colnames(sens), colnames(spec))
  arms <- long(data$table, sens, spec)
  crude <- c(lm.fit(sens, with(data$table, qlogis((tp + .5) / (tp + fn + 1))))$coefficients,
             lm.fit(spec, with(data$table, qlogis((tn + .5) / (tn + fp + 1))))$coefficients)
  list(
    n_studies = nrow(data$table),
    scaling = data$scaling,
    lme4 = by_lme4(arms, names),
    glmmTMB = by_tmb(arms, names),
    quadrature = by_quadrature(data$table, sens, spec, unname(crude), names)
  )
}

words <- commandArgs(TRUE)
cases <- read_json(words[1])$cases
folders <- list(reviews = words[3], corpus = if (length(words) > 3) words[4])
found_cases <- list()
for (case in cases) {
  if (is.null(folders[[case$group]])) next
  path <- if (case$group == "reviews") file.path(folders$reviews, case$dataset, "studies.csv")
          else file.path(folders$corpus, paste0(case$dataset, ".csv"))
  found_cases[[case$name]] <- fitted_case(case, path)
}
packages <- c("lme4", "glmmTMB")
versions <- lapply(setNames(nm = packages), function(p) as.character(packageVersion(p)))
write_json(list(versions = c(list(R = as.character(getRversion())), versions), cases = found_cases),
           words[2], auto_unbox = TRUE, digits = 12, pretty = TRUE, na = "null")
